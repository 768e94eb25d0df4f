"""Which window a page looks at: this shift, the last one, today, seven days, a longer one of the calendar, or two instants
of a permanent link.

Figures come from the records of a window that the board has computed; the axis of the lanes is the whole shift or day,
so that what is still to come stays blank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from collector.web.words import Words
from evidence_engine.vocabulary.calendar import Calendar
from evidence_engine.vocabulary.instants import (
    DAY,
    HOUR,
    MINUTE,
    from_datetime,
    local_midnight,
    parse_instant,
    to_datetime,
)
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.shifts import Shift, shifts_touching
from evidence_engine.vocabulary.window import PeriodKind, Window, period_of

CHOICES = ("shift", "last", "today", "days")
LONGER: dict[str, tuple[PeriodKind, int]] = {
    "week": ("week", 0),
    "month": ("month", 0),
    "lastweek": ("week", 1),
    "lastmonth": ("month", 1),
    "lastquarter": ("quarter", 1),
    "lastyear": ("year", 1),
}
"""The kind of each, and how many of its kind ago."""

LONGEST = 62 * DAY
"""A window of one's own is computed while its reader waits."""


@dataclass(frozen=True, slots=True)
class Choice:
    """axis: what lanes span · window: whose records are shown, None where the board keeps none · key: as in `?w=`."""

    key: str
    axis: tuple[int, int]
    window: Window | None
    shift: str = ""
    asked: Window | None = None
    """What to compute where the board keeps no such window."""


class BadWindow(ValueError):
    """The address asks for a window that is none; str() is one sentence for the reader."""


def choose(
    query: Mapping[str, str], plant: Plant, windows: Sequence[Window], now: int, words: Words
) -> Choice:
    """The window that an address asks for; `this shift` unless it says otherwise."""
    if "from" in query or "to" in query:
        return _fixed(query, plant, windows, words)
    key = query.get("w", "shift")
    match key:
        case "last":
            return _shift(plant, windows, now, back=1)
        case "today":
            start = local_midnight(to_datetime(now, plant.zone).date(), plant.zone)
            end = local_midnight(to_datetime(start + DAY + 2 * HOUR, plant.zone).date(), plant.zone)
            return Choice("today", (start, end), _starting(windows, start, end, now))
        case "days":
            return _days(plant, windows, now)
        case _ if key in LONGER:
            kind, back = LONGER[key]
            return _ended(key, kind, plant, windows, now) if back else _so_far(key, kind, plant, windows, now)
        case _:
            return _shift(plant, windows, now, back=0)


def _fixed(query: Mapping[str, str], plant: Plant, windows: Sequence[Window], words: Words) -> Choice:
    try:
        start, end = (parse_instant(query.get(side, ""), plant.zone) for side in ("from", "to"))
    except ValueError as error:
        raise BadWindow(str(error)) from None
    if end <= start:
        raise BadWindow(words("window.backwards"))
    if end - start > LONGEST:
        raise BadWindow(words("window.too_long", days=LONGEST // DAY))
    asked = Window(start, end, "custom", "asked")
    try:
        asked.check_reach()
    except ValueError as error:
        raise BadWindow(str(error)) from None
    found = next((w for w in windows if (w.start, w.end) == (start, end)), None)
    return Choice("fixed", (start, end), found, asked=asked)


def _shift(plant: Plant, windows: Sequence[Window], now: int, back: int) -> Choice:
    """The shift that runs (or ran last) and those before it; without a calendar: hours."""
    key = "last" if back else "shift"
    shifts = _shifts_until(plant, now)
    if not shifts:
        start = now - now % HOUR - back * HOUR
        return Choice(key, (start, start + HOUR), _starting(windows, start, start + HOUR, now))
    shift = shifts[max(len(shifts) - 1 - back, 0)]
    found = _starting(windows, shift.start, shift.end, now)
    return Choice(key, (shift.start, shift.end), found, shift.label)


def main_calendar(plant: Plant) -> Calendar | None:
    """The calendar whose shifts the picker offers."""
    if plant.default_calendar is not None:
        return plant.calendars[plant.default_calendar]
    return next(iter(plant.calendars.values()), None)


def _shifts_until(plant: Plant, now: int) -> list[Shift]:
    calendar = main_calendar(plant)
    if calendar is None:
        return []
    shifts = shifts_touching(calendar, plant.zone, now - 9 * DAY, now + MINUTE)
    return sorted((s for s in shifts if s.start <= now), key=lambda s: s.start)


def _starting(windows: Sequence[Window], start: int, end: int, now: int) -> Window | None:
    """The longest window with records that begins at `start` and stays inside the axis; for an open shift or day,
    the hours since its start where nothing longer is there."""
    inside = [w for w in windows if w.start == start and w.end <= end]
    return max(inside, key=lambda w: w.end, default=None)


def _days(plant: Plant, windows: Sequence[Window], now: int) -> Choice:
    """Today and the six days before it, up to the last full hour; on the axis up to the end of this hour."""
    first = to_datetime(now, plant.zone).date() - timedelta(days=6)
    return _since("days", local_midnight(first, plant.zone), plant, windows, now)


def _since(key: str, start: int, plant: Plant, windows: Sequence[Window], now: int) -> Choice:
    hour = from_datetime(to_datetime(now, plant.zone).replace(minute=0, second=0, microsecond=0))
    asked = Window(start, max(hour, start + HOUR), "custom", key)
    found = next((w for w in windows if (w.start, w.end) == (asked.start, asked.end)), None)
    return Choice(key, (start, hour + HOUR), found, asked=asked)


def _so_far(key: str, kind: PeriodKind, plant: Plant, windows: Sequence[Window], now: int) -> Choice:
    """This week or month, up to the last full hour."""
    return _since(key, period_of(kind, plant, now).start, plant, windows, now)


def _ended(key: str, kind: PeriodKind, plant: Plant, windows: Sequence[Window], now: int) -> Choice:
    """The last week, month, quarter or year that has ended; the collector keeps them, a short one it can work out."""
    whole = period_of(kind, plant, period_of(kind, plant, now).start - 1)
    found = next((w for w in windows if w == whole), None)
    asked = whole if whole.end - whole.start <= LONGEST else None
    return Choice(key, (whole.start, whole.end), found, asked=asked)


def ticks(axis: tuple[int, int], plant: Plant) -> list[tuple[float, str]]:
    """Round plant times on an axis, as (share, text): hours within a day, dates beyond."""
    start, end = axis
    span = end - start
    if span > 2 * DAY:
        return _date_ticks(axis, plant)
    step = next((h for h in (1, 2, 3, 4, 6) if span / (h * HOUR) <= 5), 6) * HOUR
    if span <= 2 * HOUR:
        step = 15 * MINUTE
    midnight = local_midnight(to_datetime(start, plant.zone).date(), plant.zone)
    first = midnight + -(-(start - midnight) // step) * step
    return [((t - start) / span, f"{to_datetime(t, plant.zone):%H:%M}") for t in range(first, end + 1, step)]


def _date_ticks(axis: tuple[int, int], plant: Plant) -> list[tuple[float, str]]:
    start, end = axis
    day = to_datetime(start, plant.zone).date()
    found = []
    while (at := local_midnight(day, plant.zone)) < end:
        if at >= start:
            found.append(((at - start) / (end - start), f"{day:%m-%d}"))
        day += timedelta(days=1)
    return found[len(found) // 6 :: 1 + len(found) // 6]
