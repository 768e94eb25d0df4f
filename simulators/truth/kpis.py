"""The true value of each KPI of a machine in a window; None where it is not defined (0 ÷ 0)."""

from collections.abc import Iterator, Sequence

from simulators.model.calendar import PlantCalendar
from simulators.model.parts import HOUR, MINUTE
from simulators.model.plan import PlanEntry
from simulators.model.trace import Flow
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.windows import Window

MIN_STOP_NS = 5 * MINUTE
KWH_WNS = 1000 * HOUR  # W·ns

Figure = tuple[str, float]


def ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def defined(figures: Sequence[tuple[str, float | None]]) -> Iterator[Figure]:
    return ((kpi, value) for kpi, value in figures if value is not None)


def state_figures(stays: Stays, window: Window, calendar: PlantCalendar) -> Iterator[Figure]:
    """Availability (D20), MTBF and MTTR (D34)."""
    time = stays.calendar_ns(window)
    producing = time.get("producing", 0)
    busy = window.calendar_ns - time.get("planned_stop", 0)
    failures, down = failures_in(stays, window, calendar)
    operating = producing + time.get("setup", 0)
    return defined(
        [
            ("equipment.availability", ratio(producing, busy)),
            ("equipment.mtbf", ratio(operating, failures * HOUR)),
            ("equipment.mttr", ratio(down, failures * HOUR)),
        ]
    )


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


def piece_figures(history: MachineHistory, window: Window) -> Iterator[Figure]:
    """OEE (D21), quality (D22), effectiveness (D23), good pieces and throughput (D35), inside the calendar."""
    time = history.stays.calendar_ns(window)
    total, good = history.total.in_calendar(window), history.good.in_calendar(window)
    reject = history.reject.in_calendar(window)
    busy = window.calendar_ns - time.get("planned_stop", 0)
    return defined(
        [
            ("equipment.effectiveness", ratio(history.total.earned_ns(window), time.get("producing", 0))),
            ("equipment.oee", ratio(history.good.earned_ns(window), busy)),
            ("quality.quality_ratio", ratio(good, good + reject)),
            ("quality.reject_ratio", ratio(reject, good + reject)),
            ("production.count_good", float(good)),
            ("production.throughput", ratio(total * HOUR, window.calendar_ns)),
        ]
    )


def attainment(history: MachineHistory, plan: Sequence[PlanEntry], window: Window) -> Iterator[Figure]:
    """Good ÷ planned over the entries of the machine that lie wholly in the window (D35)."""
    entries = [e for e in plan if window.begin <= e.from_ns and e.to_ns <= window.end]
    good = sum(good_of(history, entry) for entry in entries)
    return defined([("production.schedule_attainment", ratio(good, sum(e.quantity for e in entries)))])


def good_of(history: MachineHistory, entry: PlanEntry) -> int:
    """Good pieces of the entry's product, finished in `(from, to]`."""
    made = (ts for ts in history.good.ts if entry.from_ns < ts <= entry.to_ns)
    return sum(history.machine.product.at(ts - 1) == entry.product for ts in made)


def energy_figures(flow: Flow, good: int | None, window: Window) -> Iterator[Figure]:
    """Electricity of the whole window in kWh (D25), and per good piece of the whole window."""
    used = flow.integral(window.end) - flow.integral(window.begin)
    per_piece = ratio(used, good * KWH_WNS) if good else None
    return defined([("energy.electricity", used / KWH_WNS), ("energy.per_good_piece", per_piece)])
