"""A cut of rows is a batch that the encoding accepts, whatever the order in which rows came."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.rows import Rows
from evidence_engine.encoding import decode_batch, encode_batch
from evidence_engine.vocabulary.batch import BatchId


def test_nothing_waits() -> None:
    assert Rows().cut(0, "") is None


@given(st.lists(st.tuples(st.sampled_from("cab"), st.integers(0, 4), st.integers(0, 99)), min_size=1))
def test_sorted_and_of_equal_stamps_the_later(said: list[tuple[str, int, int]]) -> None:
    rows = Rows()
    numbers = {name: rows.number(name) for name in "cabd"}
    kept: dict[tuple[str, int], float] = {}
    for name, ts, value in said:
        rows.add(numbers[name], ts, float(value), None, 0)
        kept[name, ts] = float(value)
    batch = rows.cut(7, "boot")
    assert batch is not None
    back = decode_batch(encode_batch(replace(batch, id=BatchId("edge", "e", 1))))
    found = [
        (back.names[s], int(t), float(v)) for s, t, v in zip(back.series, back.ts, back.value, strict=True)
    ]
    assert found == sorted((name, ts, value) for (name, ts), value in kept.items())
    assert rows.cut(8, "boot") is None
    assert rows.total == len(said)


def test_texts_stay_with_their_rows() -> None:
    rows = Rows()
    b, a = rows.number("B/product"), rows.number("A/state")
    rows.add(b, 2, float("nan"), "P2", 0)
    rows.add(a, 1, 3.0, None, 0)
    rows.add(b, 1, float("nan"), "P1", 0)
    batch = rows.cut(0, "")
    assert batch is not None
    assert batch.text == (None, "P1", "P2")
