"""Stops, changeovers and losses of one machine in a window: the six big losses in time, and what they leave (D34)."""

from collections.abc import Iterator

from simulators.model.parts import HOUR
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.kpis import Figure
from simulators.truth.sums import MIN_STOP_NS, PieceSums, StateSums
from simulators.truth.windows import Window, WorkingTime

STOPPED = ("down", "idle", "setup")


def stop_figures(stays: Stays, window: Window, working: WorkingTime) -> Iterator[Figure]:
    """How many stops begin in the calendar, by their whole calendar time; how long the machine stood, and why.

    A stay that began before the window is in its times, not in its counts.
    """
    long = minor = failed = 0
    for begin, end, state in stays.between(window.begin, window.end):
        if state not in STOPPED:
            continue
        is_long = working.between(begin, end) >= MIN_STOP_NS
        if window.holds(begin):
            long, minor = long + is_long, minor + (not is_long)
        if state == "down" and is_long:
            failed += working.between(max(begin, window.begin), min(end, window.end))
    time = stays.calendar_ns(window)
    down, idle, setup = (time.get(state, 0) for state in STOPPED)
    yield "losses.stops", float(long)
    yield "losses.minor_stops", float(minor)
    yield "losses.stop_time", (down + idle + setup) / HOUR
    yield "losses.breakdown", failed / HOUR
    yield "losses.setup", setup / HOUR
    yield "losses.idling", (idle + down - failed) / HOUR


def changeovers(history: MachineHistory, window: Window) -> Iterator[Figure]:
    """Changes of product that lie in the calendar; what a machine begins with is none."""
    yield "losses.changeovers", float(sum(map(window.holds, history.machine.product.ts[1:])))


def yield_figures(time: StateSums, pieces: PieceSums) -> Iterator[Figure]:
    """Losses of speed and by rejects, and the time that is left; no time after a start is a start-up of its own."""
    yield "losses.speed", (time.producing - pieces.earned) / HOUR
    yield "losses.defects", pieces.earned_reject / HOUR
    yield "losses.start_up", 0.0
    yield "losses.effective_time", pieces.earned_good / HOUR
