"""Reads text logs of MTConnect adapters, `time|item|value` a line, as columns and as the state that several items make.

UNAVAILABLE means that the adapter had no contact: the value before it ends, and nothing is known until the next one; never
"off". Rows are put in order of time; of two rows of one item at one instant the later line wins, and is counted (D6).
"""

import gzip
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from evidence_engine.knowledge.links import PROVEN, link_of
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import BAD, GOOD, Samples, samples_of

FILE = re.compile(r"(?P<asset>[A-Za-z][A-Za-z0-9_]*)-\d{8}-\d{8}\.txt(\.gz)?")
"""File names: machine, first day, last day."""

UNAVAILABLE = "UNAVAILABLE"
EXECUTION, MODE, AVAILABLE = "execution", "mode", "avail"
CONTACT = (EXECUTION, MODE, AVAILABLE)
"""Items whose UNAVAILABLE says that contact was lost; others may be absent on this machine for good."""

EXECUTING = {
    "ACTIVE": "producing",
    **dict.fromkeys(("READY", "WAIT", "OPTIONAL_STOP", "PROGRAM_STOPPED", "PROGRAM_OPTIONAL_STOP"), "idle"),
    **dict.fromkeys(("PROGRAM_COMPLETED", "STOPPED", "INTERRUPTED", "FEED_HOLD"), "idle"),
}
"""MTConnect's execution to state categories, in automatic mode and without a fault."""
HELD_BY_FAULT = ("INTERRUPTED", "FEED_HOLD")
"""With an active fault these are a breakdown."""
UNDER_WAY = ("ACTIVE", *HELD_BY_FAULT)
"""A program was begun and is not over."""
BY_HAND = ("MANUAL", "MANUAL_DATA_INPUT", "EDIT")
"""Controller modes in which whatever it does is set-up."""

_UTC = ZoneInfo("UTC")
_CONDITION = re.compile(r".*_cond\d*|path_system\d*")


@dataclass(frozen=True, slots=True)
class Row:
    """One report: instant in ns, the item's value.

    is_late: its stamp is older than one of any line before · steps_back: … than that of the line right before: it tells of the
    past and proves no contact. A file whose days stand out of order steps back once for each.
    """

    ts: int
    item: str
    value: str
    is_late: bool
    steps_back: bool

    @property
    def is_known(self) -> bool:
        """Whether the adapter had a value to report."""
        return self.value.partition("|")[0].upper() != UNAVAILABLE


@dataclass(slots=True)
class Log:
    """All rows of one machine in order of time, and what was odd about its files.

    late: rows with a stamp older than one before · replayed: … that say UNAVAILABLE · repeated: the same row once more ·
    overruled: another value of one item at one instant · refused: lines that are no row, (file, line, text).
    """

    asset: str
    rows: list[Row] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    late: int = 0
    replayed: int = 0
    repeated: int = 0
    overruled: int = 0
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    def of(self, item: str) -> list[Row]:
        """The rows of one item."""
        return [row for row in self.rows if row.item == item]

    def has(self, item: str) -> bool:
        """Whether the machine ever reported it."""
        return any(row.item == item for row in self.rows)


def machines_in(folder: Path) -> dict[str, list[Path]]:
    """The logs below a folder, by machine."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*.txt*")):
        match = FILE.fullmatch(path.name)
        if match:
            found[match["asset"]].append(path)
    return dict(found)


def read_log(asset: str, paths: Sequence[Path]) -> Log:
    """Read all files of a machine."""
    log = Log(asset)
    rows = [row for path in paths for row in _rows(log, path)]
    log.late = sum(row.is_late for row in rows)
    log.replayed = sum(row.is_late and not row.is_known for row in rows)
    last: dict[tuple[int, str], Row] = {}
    for row in rows:
        # conditions are a set: several of one item at one instant stand side by side
        key = (row.ts, f"{row.item}|{row.value}" if _CONDITION.fullmatch(row.item) else row.item)
        before = last.get(key)
        log.repeated += before is not None and before.value == row.value
        log.overruled += before is not None and before.value != row.value
        last[key] = row
    log.rows = sorted(last.values(), key=lambda row: row.ts)
    return log


def _rows(log: Log, path: Path) -> Iterator[Row]:
    content = path.read_bytes()
    log.files.append((path.name, sha256(content).hexdigest()))
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8", "replace")
    newest = before = None
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split("|", 2)
        try:
            stamp, item, value = parts
            ts = parse_instant(stamp, _UTC)
        except ValueError:
            log.refused.append((path.name, number, line[:80]))
            continue
        newest = ts if newest is None else max(newest, ts)
        yield Row(ts, item.strip(), value.strip(), ts < newest, before is not None and ts < before)
        before = ts


def numbers(rows: Iterable[Row], per: float = 1.0) -> Samples:
    """A series of numbers ÷ per; what is none is a bad reading."""
    found = list(rows)
    values = [_number(row.value) for row in found]
    quality = [GOOD if value == value else BAD for value in values]
    return samples_of([row.ts for row in found], [value / per for value in values], quality)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def texts(rows: Iterable[Row]) -> Samples:
    """A series of text; UNAVAILABLE is a bad reading."""
    return held_texts([(row.ts, row.value if row.is_known else None) for row in rows])


def held_texts(rows: Sequence[tuple[int, str | None]]) -> Samples:
    """(instant, text or None for a bad reading) as columns."""
    nan = [float("nan")] * len(rows)
    quality = [BAD if value is None else GOOD for _, value in rows]
    return samples_of([ts for ts, _ in rows], nan, quality, [value or "" for _, value in rows])


Until = Callable[[int], int]
"""Until when a report made at an instant proves its value, ns."""


def held_for(seconds: float) -> Until:
    """Without a link: for the longest hold (D5)."""
    hold = seconds_to_ns(seconds)
    return lambda ts: ts + hold


def proven_by(history: History, connection: str) -> Until:
    """To the end of the up-stretch that it lies in (D3)."""
    speaks = link_of(history, connection).speaks.tolist()
    starts = [start for start, _ in speaks]

    def until(ts: int) -> int:
        at = bisect_right(starts, ts) - 1
        return max(ts, speaks[at][1]) if at >= 0 else ts

    return until


def link_rows(log: Log) -> Samples:
    """Each live row of the adapter is a proof of contact (D2), each loss of contact a 0; before the first row: a 0."""
    beats = {log.rows[0].ts - 1: 0.0} if log.rows else {}
    beats |= {row.ts: float(PROVEN) for row in log.rows if row.is_known and not row.steps_back}
    beats |= {row.ts: 0.0 for row in log.rows if row.item in CONTACT and not row.is_known}
    order = sorted(beats)
    return samples_of(order, [beats[ts] for ts in order])


def state_rows(log: Log, until: Until) -> Samples:
    """One state from execution, mode, availability and conditions (D26): known while each of them is.

    Nothing where the log holds no execution. A text `ACTIVE AUTOMATIC` or `FEED_HOLD AUTOMATIC fault`; a bad row where one of them ceases to be known.
    """
    needed = [item for item in CONTACT if log.has(item)]
    if EXECUTION not in needed:
        return held_texts([])
    rows = [row for row in log.rows if row.item in needed or _CONDITION.fullmatch(row.item)]
    found: list[tuple[int, str | None]] = []
    held: dict[str, tuple[str, int]] = {}
    faults: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        _take(row, held, faults, until)
        following = rows[index + 1].ts if index + 1 < len(rows) else None
        if following != row.ts:
            found += _said(row.ts, following, needed, held, bool(faults))
    return held_texts(found)


def _take(row: Row, held: dict[str, tuple[str, int]], faults: set[tuple[str, str]], until: Until) -> None:
    if row.item in CONTACT:
        held[row.item] = (row.value, until(row.ts) if row.is_known else row.ts)
        return
    level, code, *_ = [*row.value.split("|"), ""]
    if level.upper() == "FAULT":
        faults.add((row.item, code))
    else:  # without a code: all of this item
        gone = [fault for fault in faults if fault[0] == row.item and code in ("", fault[1])]
        faults.difference_update(gone)


def _said(
    ts: int, following: int | None, needed: list[str], held: dict[str, tuple[str, int]], is_fault: bool
) -> Iterator[tuple[int, str | None]]:
    """The row of an instant, and the bad one after it where knowledge ends before the next row."""
    ends = min((held[item][1] if item in held else ts) for item in needed)
    if ends <= ts:
        yield ts, None
        return
    words = [held[item][0] for item in (EXECUTION, MODE) if item in needed]
    yield ts, " ".join([*words, *(["fault"] if is_fault else [])])
    if following is None or ends < following:
        yield ends, None


def state_words(samples: Samples) -> dict[str, str]:
    """The state category of each code that occurs; one that the tables don't know is left out (unknown, and listed)."""
    codes = sorted({text for text in samples.text or () if text})
    found = {code: _category(code) for code in codes}
    return {code: word for code, word in found.items() if word is not None}


def _category(code: str) -> str | None:
    execution, *rest = code.split(" ")
    if execution not in EXECUTING:
        return None
    if any(word in BY_HAND for word in rest):
        return "setup"
    if "fault" in rest and execution in HELD_BY_FAULT:
        return "down"
    return EXECUTING[execution]


def seen_codes(samples: Samples) -> Counter[str]:
    """How often each code was said."""
    return Counter(text for text in samples.text or () if text)


def link_series(connection: str) -> str:
    """The name of the link's series."""
    return series_name(f"@{connection}", "link")
