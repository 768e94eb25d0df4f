"""Times as people write them → UTC nanoseconds, whole columns at once (D1).

A format is a name of FORMATS: `iso` and `ymd` have the year first (2026-11-24T08:00:00.5+08:00, 2026/11/24 8:00:00,
2026年11月24日 8:00), `dmy` and `mdy` last, `compact` is 20261124080000, `epoch_…` counts since 1970, `excel` counts days.
A time without an offset is in the zone that was stated, else the plant's; one that the clocks' change makes happen twice,
or never, is refused: nothing says which was meant.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evidence_engine.documents import BadInput

Instants = NDArray[np.int64]
Wrong = dict[int, str]
"""Row → why it is no time."""

OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)|Z|UTC")

# Each pattern can be matched in one pass, a letter at a time: that is seven times faster. So what may follow the
# clock (AM, an offset) is taken as one piece and read where its few different texts are looked at.
_CLOCK = r"(?P<h>\d{1,2})[:时](?P<mi>\d{1,2})(?:[:分](?:(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?秒?)?)?"
_REST = r"(?P<rest>(?:[ AaPpZ+-].*)?)"
_YMD = r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"
_DMY = r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"
_MDY = r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})"
_COMPACT = (
    r"^(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"
    r"(?:[T ]?(?P<h>\d\d)(?P<mi>\d\d)(?:(?P<s>\d\d)(?:[.,](?P<f>\d{1,9}))?)?" + _REST + r")?$"
)
_TAIL = re.compile(r"\s*([AaPp][Mm])?\s*(Z|[+-]\d\d(?::?\d\d)?)?")


def _written(date: str) -> str:
    return rf"^{date}(?:[T ,]\s*{_CLOCK}{_REST})?$"


_PATTERNS = {
    "iso": _written(_YMD),
    "ymd": _written(_YMD),
    "dmy": _written(_DMY),
    "mdy": _written(_MDY),
    "compact": _COMPACT,
}
_UNITS = {"epoch_s": 10**9, "epoch_ms": 10**6, "epoch_us": 10**3, "epoch_ns": 1}
_NUMBER = r"^\s*(?P<whole>\d{1,19})(?:[.,](?P<fraction>\d+))?\s*$"
_DAY = 86_400 * 10**9
_EXCEL_BEGINS = -25_569 * _DAY
"""Day 0 of Excel's calendar, which counts from 1899-12-30."""
FORMATS = (*_PATTERNS, *_UNITS, "excel")

_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
"""2000 and 2100 in s: a count that lies between them in one unit does so in no other."""
_SURE = 0.01
"""Two readings of a date are told apart if one of them fails for at least this share."""


def parse_times(column: Any, form: str, zone: str) -> tuple[Instants, Wrong]:
    """int64[n] ns UTC of a column of texts, numbers or timestamps; rows that are no time, each with the reason."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _typed(column, zone)
    if form == "excel":
        return _excel(column, zone)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return _counted_numbers(column, form)
    texts = column.cast(pa.string()).fill_null("")
    if form in ("iso", "ymd"):
        fast = _as_arrow_reads_it(texts, zone)
        if fast is not None:
            return fast
    if form in _PATTERNS:
        return _each_once(texts, form, zone)
    return _counted_texts(texts, form)


def guess_format(column: Any, place: str) -> str:
    """The one format that these values can have. BadInput with the way out where there is none, or more than one."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return "iso"
    texts = column.cast(pa.string()).fill_null("").slice(0, 10_000)
    texts = texts.filter(pc.not_equal(pc.utf8_trim_whitespace(texts), ""))
    if not len(texts):
        raise BadInput(f"{place}: the column of times is empty")
    share = {name: _share(texts, name) for name in ("ymd", "dmy", "mdy", "compact")}
    best = max(share, key=lambda name: share[name])
    if share[best] < 0.5:
        return _guess_count(texts, place)
    other = {"dmy": "mdy", "mdy": "dmy"}.get(best)
    dotted = re.search(r"\d\.\d{1,2}\.\d{4}", texts[0].as_py() or "") is not None
    if other is not None and share[best] - share[other] < _SURE:
        if dotted:  # nobody writes the month first and dots
            return "dmy"
        raise BadInput(
            f"{place}: '{texts[0]}' may be day or month first; say --time-format dmy or --time-format mdy"
            " (mapping file: time.format)"
        )
    return "iso" if best == "ymd" and "-" in texts[0].as_py() else best


def _share(texts: Any, form: str) -> float:
    _, wrong = _by_pattern(texts, form, "UTC")
    return 1 - len(wrong) / len(texts)


def _guess_count(texts: Any, place: str) -> str:
    """By its size: a number of seconds, milliseconds … since 1970 that is a day of this century."""
    matched = pc.extract_regex(texts, _NUMBER)
    whole = pc.struct_field(matched, "whole").drop_null().cast(pa.float64()).to_numpy(zero_copy_only=False)
    for name, unit in _UNITS.items():
        seconds = whole * (unit / 10**9)
        fits = (seconds > _EARLIEST) & (seconds < _LATEST)
        if len(whole) and fits.sum() * 2 > len(texts):
            return name
    raise BadInput(
        f"{place}: '{texts[0]}' is no time that can be told; say --time-format, one of {', '.join(FORMATS)}"
        " (mapping file: time.format)"
    )


def _typed(column: Any, zone: str) -> tuple[Instants, Wrong]:
    wrong = dict.fromkeys(_rows(pc.is_null(column)), "is empty")
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        utc = column.cast(pa.timestamp("ns", "UTC")).cast(pa.int64())
        return utc.fill_null(0).to_numpy(zero_copy_only=False), wrong
    local = column.cast(pa.timestamp("ns")).cast(pa.int64()).fill_null(0)
    ts, unsure = _in_zone(local.to_numpy(zero_copy_only=False), zone)
    return ts, wrong | {row: _twice(str(column[row]), why, zone) for row, why in unsure.items()}


def _as_arrow_reads_it(texts: Any, zone: str) -> tuple[Instants, Wrong] | None:
    """The fast way, for columns in which every time is ISO; None where one is not."""
    utc = _cast(texts, pa.timestamp("ns", "UTC"))
    if utc is not None:
        return utc, {}
    local = _cast(texts, pa.timestamp("ns"))
    if local is None:
        return None
    ts, unsure = _in_zone(local, zone)
    return ts, {row: _twice(texts[row].as_py(), why, zone) for row, why in unsure.items()}


def _cast(texts: Any, kind: Any) -> Instants | None:
    """None where one of them does not fit. A few are tried first: Arrow words an error for every row that fails."""
    try:
        for part in (texts.slice(0, 1), texts.slice(len(texts) // 2, 1), texts):
            out: Instants = part.cast(kind).cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    return out


def _twice(text: str, why: str, zone: str) -> str:
    return f"'{text}' {why} in {zone}; write the offset behind it, or state a zone of fixed offset"


def _in_zone(local: Instants, zone: str) -> tuple[Instants, Wrong]:
    """Wall-clock ns to UTC; rows whose wall clock is not one instant."""
    offset = OFFSET.fullmatch(zone)
    if offset is not None:
        return local - _offset_ns(zone), {}
    slots, slot = np.unique(local // _SLOT, return_inverse=True)
    stamps = pa.array(slots * _SLOT).cast(pa.timestamp("ns"))
    early, late = (
        pc.assume_timezone(stamps, zone, ambiguous=end, nonexistent=end).cast(pa.int64()).to_numpy()
        for end in ("earliest", "latest")
    )
    apart = (late - early)[slot]
    utc = local + (early - slots * _SLOT)[slot]
    return utc, {row: _CHANGE[bool(apart[row] > 1)] for row in np.flatnonzero(apart).tolist()}


_SLOT = 900 * 10**9
"""Clocks are changed at quarters of an hour: one look into the zone's table for all times of a quarter."""
_CHANGE = {False: "does not exist (the clocks went forward)", True: "happened twice (the clocks went back)"}


def _offset_ns(zone: str) -> int:
    """`+08:00`, `+0800`, `+08` or `Z`, in ns."""
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", zone)
    if match is None:
        return 0
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return (-minutes if match[1] == "-" else minutes) * 60 * 10**9


def _each_once(texts: Any, form: str, zone: str) -> tuple[Instants, Wrong]:
    """Long files repeat a time for each series: read the different ones only, where that is worth it."""
    encoded = texts.dictionary_encode()
    if len(encoded.dictionary) * 2 > len(texts):
        return _by_pattern(texts, form, zone)
    ts, wrong = _by_pattern(encoded.dictionary, form, zone)
    index = encoded.indices.to_numpy()
    rows = np.flatnonzero(np.isin(index, list(wrong))) if wrong else np.empty(0, np.int64)
    return ts[index], {int(row): wrong[int(index[row])] for row in rows}


def _by_pattern(texts: Any, form: str, zone: str) -> tuple[Instants, Wrong]:
    """Written dates of any order: pick the parts, check them, count."""
    found = pc.extract_regex(pc.utf8_trim_whitespace(texts), _PATTERNS[form])
    matched = pc.is_valid(found).to_numpy(zero_copy_only=False)
    part = _parts(found)
    year, month, day = part("y"), part("m"), part("d")
    hour, minute, second = part("h"), part("mi"), part("s")
    tails, tail = _tails(pc.struct_field(found, "rest"))
    is_half, is_pm, understood = (
        np.array([getattr(t, n) for t in tails])[tail] for n in ("half", "pm", "fits")
    )
    fits = matched & understood & ((hour >= 1) & (hour <= 12) | ~is_half)
    hour = np.where(is_half, hour % 12 + 12 * is_pm, hour)
    days, real = _days(year, month, day)
    fits &= real & (hour < 24) & (minute < 60) & (second < 60)
    clock = ((hour * 60 + minute) * 60 + second) * 10**9 + _fraction(pc.struct_field(found, "f"), 9)
    local = np.where(fits, days, 0) * _DAY + np.where(fits, clock, 0)
    ts, unsure = _zoned(local, tails, tail, zone)
    expected = f"is not a time, expected {_EXAMPLES[form]}"
    wrong = {row: f"'{texts[row]}' {expected}" for row in np.flatnonzero(~fits).tolist()}
    return ts, {row: _twice(texts[row].as_py(), why, zone) for row, why in unsure.items()} | wrong


_EXAMPLES = {
    "iso": "e.g. 2026-11-24T08:00 or 2026-11-24T00:00:00Z",
    "ymd": "e.g. 2026/11/24 8:00:00",
    "dmy": "e.g. 24.11.2026 08:00",
    "mdy": "e.g. 11/24/2026 8:00 AM",
    "compact": "e.g. 20261124080000",
}


def _parts(found: Any) -> Callable[[str], Instants]:
    def part(name: str) -> Instants:
        digits = pc.struct_field(found, name)
        filled = pc.if_else(pc.equal(digits, ""), "0", digits).fill_null("0")
        out: Instants = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return out

    return part


def _fraction(digits: Any, places: int) -> Instants:
    """The digits behind the point as an integer of that many places."""
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits.fill_null(""), places, "0"), 0, places)
    out: Instants = padded.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return out


def _days(year: Instants, month: Instants, day: Instants) -> tuple[Instants, NDArray[np.bool_]]:
    """Days since 1970 of a date of the calendar; whether it is one, in the years that int64 ns can hold."""
    real = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1900) & (year <= 2260)
    months = np.where(real, (year - 1970) * 12 + month - 1, 0)
    first, after = (
        (months + more).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for more in (0, 1)
    )
    return first + day - 1, real & (day <= after - first)


@dataclass(frozen=True, slots=True)
class _Tail:
    """What stands behind a clock: a half of the day, an offset."""

    half: bool
    pm: bool
    offset: str
    fits: bool


def _tails(rest: Any) -> tuple[list[_Tail], Instants]:
    """The different ones, and which one each row has."""
    encoded = rest.fill_null("").dictionary_encode()
    index: Instants = encoded.indices.to_numpy(zero_copy_only=False)
    return [_tail(word) for word in encoded.dictionary.to_pylist()], index


def _tail(word: str) -> _Tail:
    match = _TAIL.fullmatch(word)
    if match is None:
        return _Tail(False, False, "", False)
    half = (match[1] or "").upper()
    return _Tail(half != "", half == "PM", match[2] or "", True)


def _zoned(local: Instants, tails: list[_Tail], tail: Instants, zone: str) -> tuple[Instants, Wrong]:
    """Each row by its own offset where it has one, else by the zone."""
    ts, unsure = local.copy(), {}
    has_own = np.array([one.offset != "" for one in tails], bool)
    own = np.array([_offset_ns(one.offset) if one.offset else 0 for one in tails], np.int64)
    ts -= own[tail]
    rows = np.flatnonzero(~has_own[tail])
    ts[rows], found = _in_zone(local[rows], zone)
    unsure = {int(rows[row]): why for row, why in found.items()}
    return ts, unsure


def _counted_texts(texts: Any, form: str) -> tuple[Instants, Wrong]:
    """Counts since 1970, exact: whole and fraction are read as integers."""
    found = pc.extract_regex(texts, _NUMBER)
    whole, fraction = pc.struct_field(found, "whole"), pc.struct_field(found, "fraction")
    unit = _UNITS[form]
    top = (2**63 - 1) // unit
    numbers = pc.if_else(pc.less(pc.binary_length(whole), 19), whole, "0" if unit > 1 else whole)
    count = _integers(numbers)
    fits = pc.is_valid(found).to_numpy(zero_copy_only=False) & (count >= 0) & (count < top)
    places = len(str(unit)) - 1
    rest = _fraction(fraction, places) if places else np.zeros(len(count), np.int64)
    ts = np.where(fits, count, 0) * unit + rest
    return ts, _no_count(fits, texts, form)


def _integers(digits: Any) -> Instants:
    """Up to 19 digits as int64; −1 where they are more than int64 holds."""
    unsigned = digits.fill_null("0").cast(pa.uint64()).to_numpy(zero_copy_only=False)
    return np.where(unsigned < 2**63, unsigned, np.uint64(2**64 - 1)).astype(np.int64)


def _counted_numbers(column: Any, form: str) -> tuple[Instants, Wrong]:
    """Counts that a Parquet file or a sheet holds as numbers."""
    if form not in _UNITS:
        return np.zeros(len(column), np.int64), {
            row: f"'{column[row]}' is a number, expected a time as {form}" for row in range(len(column))
        }
    unit = _UNITS[form]
    if pa.types.is_integer(column.type):
        count = column.fill_null(-1).cast(pa.int64()).to_numpy(zero_copy_only=False)
        fits = (count >= 0) & (count < (2**63 - 1) // unit)
        return np.where(fits, count, 0) * unit, _no_count(fits, column, form)
    exact = column.fill_null(np.nan).to_numpy(zero_copy_only=False)
    fits = (exact >= 0) & (exact < (2**62) / unit)
    whole = np.floor(np.where(fits, exact, 0))
    rest = np.round((np.where(fits, exact, 0) - whole) * unit)
    return whole.astype(np.int64) * unit + rest.astype(np.int64), _no_count(fits, column, form)


def _excel(column: Any, zone: str) -> tuple[Instants, Wrong]:
    """Days since 1899-12-30 on the wall clock, to the millisecond, which is all that a float of days holds."""
    days = column
    if pa.types.is_string(column.type):
        valid = pc.is_valid(pc.extract_regex(column, _NUMBER))
        points = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
        days = pc.if_else(valid, points, None)
    number = days.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    fits = (number > 1) & (number < 110_000)
    milliseconds = np.round(np.where(fits, number, 0) * 86_400_000).astype(np.int64)
    ts, unsure = _in_zone(milliseconds * 10**6 + _EXCEL_BEGINS, zone)
    wrong = {row: _twice(str(column[row]), why, zone) for row, why in unsure.items()}
    return ts, wrong | _no_count(fits, column, "excel")


def _no_count(fits: NDArray[np.bool_], shown: Any, form: str) -> Wrong:
    return {row: f"'{shown[row]}' is not a time, expected {form}" for row in np.flatnonzero(~fits).tolist()}


def _rows(mask: Any) -> list[int]:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False)).tolist()
