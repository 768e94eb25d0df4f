"""Canonical JSON: the fast form against the library's, byte for byte."""

import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.evidence.canonical import canonical

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
NUMBERS = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e-7, 1e-6, 1e-5, 1e-4, 0.1, 1e15, 1e16, 1e20, 1e21, 2.0**53, 5e-324, 100.0]),
)
LEAVES = st.one_of(st.none(), st.booleans(), WORDS, NUMBERS)
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4))
)


@given(DOCUMENTS)
def test_the_same_bytes_as_the_library(document: object) -> None:
    assert canonical(document) == rfc8785.dumps(document)


@pytest.mark.parametrize("number", [math.nan, math.inf, 2**53])
def test_what_no_canonical_form_has_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical({"value": number})


def test_keys_are_in_the_order_of_utf_16() -> None:
    assert canonical({"\U0001f600": 1, "\ufb33": 2}) == '{"\U0001f600":1,"\ufb33":2}'.encode()
