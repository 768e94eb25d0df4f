"""Which windows the collector keeps figures of, and which of them new data touches (D7, D28)."""

from collections.abc import Iterable

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, MINUTE, NS, local_midnight, to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.shifts import shifts_touching
from evidence_engine.vocabulary.window import EARLIEST, Window, WindowKind, standard_windows

LOOK_AHEAD = 20 * MINUTE
"""Data so long after a window's end may still change it: two keyframes and a glitch window (D7, D11)."""

SETTLED = 2 * LOOK_AHEAD
"""So long after a window's end nothing is on its way any more, the slowest keyframe included."""

OPEN_NAMES = ("this-shift", "today")

SHORT: tuple[WindowKind, ...] = ("hour", "shift", "day")
LONG: dict[WindowKind, int] = {"week": 14 * 7, "month": 14 * 31, "quarter": 5 * 92, "year": 4 * 366}
"""Days back to which windows of the longer kinds are kept: a quarter of weeks, a year of months and quarters, three years."""


def wanted_windows(plant: Plant, history: History, now: int, recent: int, lag: int) -> list[Window]:
    """The open shift and day, the whole history, each ended hour, shift and day of the last `recent` ns, and the
    weeks, months, quarters and years of some time before.

    The order is that of their interest: what is open, the whole, then the newest first, hours to days before what is
    longer: that is computed once, when it has ended, and keeps nobody waiting. lag: ns by which data may be late
    without being missed: open windows end at the last sample if it is that fresh, else at `now`.
    """
    ended: list[Window] = []
    longer: list[Window] = []
    if history.start is not None and history.start < now:
        ended = standard_windows(plant, max(history.start, now - recent), now, SHORT)
        longer = _longer(plant, history.start, now)
    last_hour = max((w.end for w in ended if w.kind == "hour"), default=None)
    whole = []
    if history.start is not None and last_hour is not None and last_hour > history.start:
        whole = [Window(max(history.start, EARLIEST), last_hour, "history", "history")]
    newest = sorted(ended, key=lambda w: (-w.end, w.start))
    return [*open_windows(plant, _edge(history, now, lag)), *whole, *newest, *longer]


def _longer(plant: Plant, start: int, now: int) -> list[Window]:
    """Ended weeks, months, quarters and years, the newest first."""
    found = [
        w
        for kind, days in LONG.items()
        for w in standard_windows(plant, max(start, now - days * DAY), now, [kind])
    ]
    return sorted(found, key=lambda w: (-w.end, -w.start))


def open_windows(plant: Plant, edge: int) -> list[Window]:
    """The shift and the day that `edge` lies in, from their start to `edge`."""
    midnight = local_midnight(to_datetime(edge, plant.zone).date(), plant.zone)
    starts = [("today", midnight)]
    if plant.default_calendar is not None:
        calendar = plant.calendars[plant.default_calendar]
        running = shifts_touching(calendar, plant.zone, edge - DAY, edge + 1)
        starts += [("this-shift", shift.start) for shift in running if shift.start <= edge < shift.end]
    return [Window(start, edge, "custom", name) for name, start in reversed(starts) if start < edge]


def open_since(wanted: Iterable[Window], now: int) -> int:
    """The earliest start of what data on its way may still change, of a day at most."""
    short = (*SHORT, "custom")
    return min((w.start for w in wanted if w.kind in short and w.end + LOOK_AHEAD > now), default=now)


def touched_by(windows: Iterable[Window], touched: int | None) -> set[Window]:
    """The windows whose figures data from the instant `touched` on may change; none where nothing came."""
    return {w for w in windows if touched is not None and w.end + LOOK_AHEAD > touched}


def _edge(history: History, now: int, lag: int) -> int:
    end = history.end
    if end is None or not now - lag <= end <= now:
        end = now
    return end // NS * NS
