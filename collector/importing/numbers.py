"""Numbers as people write them → float64, whole columns at once: decimal point or comma, marks between thousands."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evidence_engine.documents import BadInput

NOTHING = pa.array(["", "nan", "null", "none", "n/a", "#n/a", "na"])
"""How files write 'no value' (in small letters)."""
_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_COMMA = r"^[+-]?\d+,\d+$"
_COMMA_OF_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+$"


def parse_numbers(
    texts: Any, decimal: str, thousands: str | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """float64[n], NaN where there is none; and where something else than a finite number, or nothing, stands."""
    fast = _as_arrow_reads_it(texts, decimal) if thousands is None else None
    if fast is not None:
        return fast, np.isinf(fast)
    plain = pc.utf8_trim_whitespace(texts.fill_null(""))
    if thousands is not None:
        plain = pc.replace_substring(plain, thousands, "")
    if decimal == ",":
        plain = pc.if_else(pc.match_substring(plain, "."), "?", pc.replace_substring(plain, ",", "."))
    is_number = pc.match_substring_regex(plain, _NUMBER)
    value = pc.if_else(is_number, plain, None).cast(pa.float64()).fill_null(np.nan)
    is_nothing = pc.is_in(pc.utf8_lower(plain), NOTHING)
    out = value.to_numpy(zero_copy_only=False)
    wrong = ~(pc.or_(is_number, is_nothing).to_numpy(zero_copy_only=False)) | np.isinf(out)
    return np.where(wrong, np.nan, out), wrong


def _as_arrow_reads_it(texts: Any, decimal: str) -> NDArray[np.float64] | None:
    """None where one of them is no number. A few are tried first: Arrow words an error for every row that fails."""
    if decimal == ",":
        if pc.any(pc.match_substring(texts, ".")).as_py():
            return None
        texts = pc.replace_substring(texts, ",", ".")
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    try:
        for part in (texts.slice(0, 1), texts.slice(len(texts) // 2, 1), texts):
            out: NDArray[np.float64] = np.array(part.cast(pa.float64()).fill_null(np.nan))
    except pa.ArrowInvalid:
        return None
    return out


def guess_decimal(texts: Any, place: str) -> str:
    """`.` or `,` by the values of a file whose separator is no comma; BadInput where 1,234 may be either."""
    trimmed = pc.utf8_trim_whitespace(texts.fill_null(""))
    commas = trimmed.filter(pc.match_substring_regex(trimmed, _COMMA))
    if not len(commas):
        return "."
    of_thousands = pc.match_substring_regex(commas, _COMMA_OF_THOUSANDS)
    if pc.all(of_thousands).as_py():
        raise BadInput(
            f"{place}: '{commas[0]}' may be a decimal comma or thousands; say --decimal , or --decimal ."
            " (mapping file: decimal, thousands)"
        )
    return ","
