"""An evidence record's canonical bytes: put together from its parts, the same as those of its document as a whole."""

import json
from hashlib import sha256

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.evidence.record import Input, Record
from evidence_engine.vocabulary.figure import Figure, Limitation
from evidence_engine.vocabulary.window import STANDARD, Window

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e-7, 1e-4, 0.1, 1e16, 1e21, 2.0**53, 5e-324]),
)
FIGURES = st.builds(Figure, NUMBERS, NUMBERS, NUMBERS, WORDS)
INSTANTS = st.integers(0, 2**60)
WINDOWS = st.tuples(INSTANTS, st.integers(1, 2**60), st.sampled_from(STANDARD), WORDS).map(
    lambda drawn: Window(drawn[0], drawn[0] + drawn[1], *drawn[2:])
)
RECORDS = st.builds(
    Record,
    kpi=WORDS,
    method=WORDS,
    subject=st.dictionaries(st.sampled_from(["site", "asset", "step"]), WORDS),
    window=WINDOWS,
    result=FIGURES,
    coverage=st.floats(0, 1),
    parts=st.dictionaries(WORDS, st.one_of(FIGURES, NUMBERS, WORDS, st.integers(-(2**53) + 1, 2**53 - 1))),
    inputs=st.lists(st.builds(Input, WORDS, st.integers(0, 2**40), WORDS), max_size=4).map(tuple),
    limitations=st.lists(st.builds(Limitation, WORDS, WORDS, WORDS), max_size=4).map(tuple),
    provisional=st.booleans(),
    snapshot=WORDS,
)


@given(RECORDS)
def test_the_bytes_are_those_of_the_document(record: Record) -> None:
    assert record.to_bytes() == rfc8785.dumps(record.to_json())


@given(RECORDS)
def test_the_id_is_the_digest_of_the_document_without_it(record: Record) -> None:
    body = record.to_json()
    said = body.pop("id")
    assert said == f"sha256:{sha256(rfc8785.dumps(body)).hexdigest()}" == json.loads(record.to_bytes())["id"]


def test_inputs_and_limitations_stand_in_one_order() -> None:
    inputs = (Input("B/state", 1, "b"), Input("A/state", 2, "a"))
    limits = (Limitation("z", "丙", "z"), Limitation("a", "甲", "a"))

    def record(turn: int) -> Record:
        window, figure = Window(0, 1), Figure(1.0, None, None)
        return Record("k", "m", {"site": "S"}, window, figure, 1.0, {}, inputs[::turn], limits[::turn])

    assert record(1).to_bytes() == record(-1).to_bytes()
