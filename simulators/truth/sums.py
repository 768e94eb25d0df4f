"""What figures of one machine or of several are made of: times and counts of a window, added up in whole numbers (D35)."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from simulators.model.calendar import PlantCalendar
from simulators.model.parts import MINUTE
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.windows import Window

MIN_STOP_NS = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class StateSums:
    """ns of the calendar, and of it in a state; failures that begin in it and their down time."""

    calendar: int
    producing: int
    setup: int
    planned: int
    failures: int
    down: int

    @property
    def busy(self) -> int:
        """The time in which the machine should work."""
        return self.calendar - self.planned

    @property
    def operating(self) -> int:
        return self.producing + self.setup


@dataclass(frozen=True, slots=True)
class PieceSums:
    """Pieces inside the calendar, and Σ ideal cycle × pieces, ns."""

    total: int
    good: int
    reject: int
    earned: int
    earned_good: int
    earned_reject: int


def state_sums(stays: Stays, window: Window, calendar: PlantCalendar) -> StateSums:
    time = stays.calendar_ns(window)
    failures, down = failures_in(stays, window, calendar)
    producing, setup, planned = (time.get(state, 0) for state in ("producing", "setup", "planned_stop"))
    return StateSums(window.calendar_ns, producing, setup, planned, failures, down)


def piece_sums(history: MachineHistory, window: Window) -> PieceSums:
    kinds = (history.total, history.good, history.reject)
    counts = (kind.in_calendar(window) for kind in kinds)
    return PieceSums(*counts, *(kind.earned_ns(window) for kind in kinds))


def together(sums: Iterable[StateSums]) -> StateSums:
    """Of several machines."""
    return StateSums(*map(sum, zip(*map(astuple, sums), strict=True)))


def pieces_together(sums: Iterable[PieceSums]) -> PieceSums:
    """Of several machines."""
    return PieceSums(*map(sum, zip(*map(astuple, sums), strict=True)))


def failures_in(stays: Stays, window: Window, calendar: PlantCalendar) -> tuple[int, int]:
    """Failures that begin in the window's calendar, and their down time inside it.

    Whether a stay reaches the least length is judged by all of its calendar time, also beyond the window;
    of its length only the part inside the window counts.
    """
    count = down = 0
    for begin, end, state in stays.between(window.begin, window.end):
        if state != "down" or not window.holds(begin):
            continue
        if sum(b - a for a, b in calendar.working(begin, end)) >= MIN_STOP_NS:
            count += 1
            down += window.inside(begin, end)
    return count, down
