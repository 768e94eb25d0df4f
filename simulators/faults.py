"""The schedule of named faults: what goes wrong on the wire, when, in plant time; the truth never changes.

A schedule file is a YAML (or JSON) list:

    - {at: 20 min, for: 5 min, kind: link_cut, device: cell-a}
    - {at: 2026-11-24T09:00:00Z, for: 10 min, kind: bad_quality, device: furnace, asset: FURN-01, signal: temperature}
    - {at: 1 h, kind: counter_reset, device: cell-a, asset: CNC-02, signal: [count_total, count_good]}

`at` is an instant, or the time since the live start; times are `90` (s), `90 s`, `5 min`, `1.5 h`. `by` belongs to
`clock_step` (plant seconds, may be negative), `slow_device` (real seconds that each direction is delayed) and
`rollover` (raw units below the modulus at which the counter is put).
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from simulators.clock import SECOND, instant, instant_text

KINDS = (
    "link_cut", "server_restart", "frozen_value", "counter_reset", "rollover",
    "bad_quality", "clock_step", "duplicate", "out_of_order", "slow_device",
)  # fmt: skip
MOMENTARY = {"counter_reset", "rollover"}  # happen at an instant and stay; `for` has no meaning
OF_A_COUNTER = {"counter_reset", "rollover"}
WITH_BY = {"clock_step", "slow_device", "rollover"}
FIELDS = {"at", "for", "kind", "device", "asset", "signal", "by"}
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)?")


class FaultError(ValueError):
    """A schedule that cannot be used; the text says where and what is expected."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault; instants are plant time in UTC ns, half-open [from_ns, until_ns)."""

    from_ns: int
    until_ns: int
    kind: str
    device: str
    asset: str = ""
    signals: tuple[str, ...] = ()
    by: float = 0.0
    place: str = field(default="", compare=False)

    def active(self, ts_ns: int) -> bool:
        return self.from_ns <= ts_ns < self.until_ns

    def concerns(self, asset: str, signal: str) -> bool:
        """Whether it touches this signal: unnamed assets and signals mean all of the device's."""
        return self.asset in ("", asset) and (not self.signals or signal in self.signals)

    def as_json(self) -> dict[str, Any]:
        """As the truth file lists it (D28)."""
        told: dict[str, Any] = {"kind": self.kind, "device": self.device}
        told |= {"from": instant_text(self.from_ns), "to": instant_text(self.until_ns)}
        if self.asset:
            told["asset"] = self.asset
        if self.signals:
            told["signals"] = list(self.signals)
        if self.kind in WITH_BY:
            told["by"] = self.by
        return told


class Schedule:
    """All faults of a run, asked by the wires: what is wrong with me at this instant?"""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(sorted(faults))

    def of(self, kind: str, device: str) -> tuple[Fault, ...]:
        return tuple(f for f in self.faults if f.kind == kind and f.device == device)

    def on_signal(self, kind: str, devices: Iterable[str], asset: str, signal: str) -> tuple[Fault, ...]:
        """Faults of the kind on this signal, in order of time; a device may be known by several names."""
        names = set(devices)
        return tuple(
            f for f in self.faults if f.kind == kind and f.device in names and f.concerns(asset, signal)
        )

    def active(self, kind: str, device: str, ts_ns: int) -> Fault | None:
        return next((f for f in self.of(kind, device) if f.active(ts_ns)), None)

    def edges(self, after_ns: int, until_ns: int) -> Iterator[tuple[int, bool, Fault]]:
        """Begins (True) and ends (False) within (after, until], in order; an end comes before a begin."""
        found = [(f.from_ns, True, f) for f in self.faults if after_ns < f.from_ns <= until_ns]
        found += [(f.until_ns, False, f) for f in self.faults if after_ns < f.until_ns <= until_ns]
        return iter(sorted(found, key=lambda edge: (edge[0], edge[1])))


def load(path: Path, live_start_ns: int) -> tuple[Fault, ...]:
    """The faults of a file, offsets counted from `live_start_ns`. Raises FaultError."""
    try:
        rows: Any = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FaultError(f"{path.name}:{line}: {error.problem or 'no YAML'}") from error
    except OSError as error:
        raise FaultError(f"{path}: cannot be read: {error.strerror}") from error
    if rows is None:
        return ()
    if not isinstance(rows, CommentedSeq):
        raise FaultError(f"{path.name}:1: got {type(rows).__name__}, expected a list of faults")
    places = [f"{path.name}:{rows.lc.item(n)[0] + 1}" for n in range(len(rows))]
    return tuple(sorted(_fault(row, place, live_start_ns) for row, place in zip(rows, places, strict=True)))


def _fault(row: Any, place: str, live_start_ns: int) -> Fault:
    if not isinstance(row, dict):
        raise FaultError(f"{place}: got {row!r}, expected a fault as {{at: …, kind: …, device: …}}")
    for name in row:
        if name not in FIELDS:
            raise FaultError(f"{place}: unknown field {name!r}{_near(str(name), FIELDS)}")
    kind = _text(row, "kind", place)
    if kind not in KINDS:
        raise FaultError(f"{place}: kind: unknown fault {kind!r}{_near(kind, KINDS)}")
    start = _start(row.get("at"), place, live_start_ns)
    lasts = _lasting(row, kind, place)
    if kind in WITH_BY and not isinstance(row.get("by"), int | float):
        raise FaultError(f"{place}: by: {kind} needs a number")
    return Fault(
        start, start + lasts, kind, _text(row, "device", place),
        asset=str(row.get("asset", "")),
        signals=_signals(row.get("signal"), kind, place), by=float(row.get("by", 0)), place=place,
    )  # fmt: skip


def _start(value: Any, place: str, live_start_ns: int) -> int:
    try:
        return instant(str(value)) if "T" in str(value) else live_start_ns + span(value)
    except ValueError as error:
        raise FaultError(f"{place}: at: {error}") from error


def _lasting(row: dict[str, Any], kind: str, place: str) -> int:
    if kind in MOMENTARY:
        return 1  # a nanosecond: it begins, and its effect stays
    try:
        lasts = span(row.get("for"))
    except ValueError as error:
        raise FaultError(f"{place}: for: {error}") from error
    if lasts == 0:
        raise FaultError(f"{place}: for: {kind} must last longer than 0 s")
    return lasts


def span(value: Any) -> int:
    """ns of `90`, `90 s`, `5 min`, `1.5 h` or `2 d`. Raises ValueError."""
    match = _SPAN.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"got {value!r}, expected a time as 90 s, 5 min or 1.5 h")
    return round(float(match[1]) * UNITS[match[2] or "s"] * SECOND)


def _signals(value: Any, kind: str, place: str) -> tuple[str, ...]:
    names = tuple(str(v) for v in value) if isinstance(value, list) else (str(value),) if value else ()
    if kind in OF_A_COUNTER and not names:
        raise FaultError(f"{place}: signal: {kind} needs the name of at least one counter")
    return names


def _text(row: dict[str, Any], name: str, place: str) -> str:
    if name not in row:
        raise FaultError(f"{place}: {name}: is missing")
    return str(row[name])


def _near(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), 1)
    return f", did you mean {close[0]!r}?" if close else f", expected one of {', '.join(sorted(words))}"
