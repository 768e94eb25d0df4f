"""Values that the plant file maps to nothing, named in the records that they cost something (D5, D26)."""

from collections.abc import Collection, Sequence

from evidence_engine.kpis.subjects import AssetKnowledge

LISTED = 20
"""Values that a record names: who wrote the wrong table has hundreds of them."""


def unmapped(codes: Collection[str], known: AssetKnowledge | None) -> dict[str, str]:
    """Parts of a record with these limitations: the values without a meaning as text, `7, 9, …`."""
    found: dict[str, str] = {}
    if known is not None and "unmapped_state_code" in codes:
        found["unmapped_state_code"] = _listed(known.state.unmapped)
    if known is not None and "unmapped_product" in codes:
        found["unmapped_product"] = _listed(known.product.unmapped)
    return {code: values for code, values in found.items() if values}


def _listed(values: Sequence[str]) -> str:
    words = sorted((value for value in values if value), key=_rank)  # what is no number has no name
    return ", ".join([*words[:LISTED], *(["…"] if len(words) > LISTED else [])])


def _rank(value: str) -> tuple[bool, float, str]:
    """Numbers by size, then words."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value
