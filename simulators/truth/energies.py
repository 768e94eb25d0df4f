"""Energy and media of a window: amounts, by state and shift, peaks and base of the load (D25)."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from simulators.model.calendar import Interval
from simulators.model.parts import HOUR, MINUTE, SECOND
from simulators.model.trace import Flow
from simulators.truth.history import Stays
from simulators.truth.kpis import Figure, defined, ratio
from simulators.truth.windows import Window

KWH_WNS = 1000 * HOUR  # W·ns
M3_MLNS = 10**6 * SECOND  # mL/s·ns
QUARTER = 15 * MINUTE
COAL_PER_KWH = Fraction("0.1229")  # kgce, GB/T 2589-2020


def used(flow: Flow, parts: Iterable[Interval]) -> int:
    """What flowed in some parts of time: W·ns, or mL/s·ns."""
    return sum(flow.integral(b) - flow.integral(a) for a, b in parts)


def used_in(flow: Flow, window: Window) -> int:
    """What flowed in the whole window."""
    return used(flow, [(window.begin, window.end)])


def electricity(flow: Flow, good: int | None, window: Window) -> Iterator[Figure]:
    """Electricity of the whole window in kWh, and per good piece of the whole window."""
    taken = used_in(flow, window)
    per_piece = ratio(taken, good * KWH_WNS) if good else None
    return defined([("energy.electricity", taken / KWH_WNS), ("energy.per_good_piece", per_piece)])


def coal_equivalent(flow: Flow, window: Window) -> Iterator[Figure]:
    """Of the site's electricity alone."""
    yield "energy.coal_equivalent", float(Fraction(used_in(flow, window), KWH_WNS) * COAL_PER_KWH)


def medium(kind: str, flow: Flow, window: Window) -> Iterator[Figure]:
    """Gas or water, m3."""
    yield f"energy.{kind}", used_in(flow, window) / M3_MLNS


def balance(main: Flow, below: Sequence[Flow], window: Window) -> Iterator[Figure]:
    """What a meter counted and none of those directly below it that somebody reads."""
    rest = used_in(main, window) - sum(used_in(flow, window) for flow in below)
    yield "energy.balance_difference", rest / KWH_WNS


BY_STATE = {"energy.idle": "idle", "energy.planned_stop": "planned_stop"}
Split = dict[str, int]


def by_state(flow: Flow, stays: Stays, window: Window) -> Split:
    """W·ns in a state inside the calendar, and outside of the calendar whatever the state."""
    found = {kpi: used(flow, stays.parts(window, state)) for kpi, state in BY_STATE.items()}
    return found | {"energy.off_shift": used_in(flow, window) - used(flow, window.working)}


def split_figures(splits: Sequence[Split]) -> Iterator[Figure]:
    """Of one machine, or of several added up."""
    return ((kpi, sum(split[kpi] for split in splits) / KWH_WNS) for kpi in splits[0])


def producing_share(flow: Flow, stays: Stays, window: Window) -> Iterator[Figure]:
    """Electricity while producing in the calendar ÷ all electricity."""
    share = ratio(used(flow, stays.parts(window, "producing")), used_in(flow, window))
    return defined([("energy.producing_share", share)])


def load_figures(flow: Flow, window: Window) -> Iterator[Figure]:
    """Highest quarter of an hour, mean ÷ highest quarter, lowest clock hour: of those that lie wholly in the window."""
    quarters, hours = means(flow, window, QUARTER), means(flow, window, HOUR)
    if quarters:
        top = max(quarters)
        rate = ratio(sum(quarters), len(quarters) * top)
        yield "energy.max_demand", top / (1000 * QUARTER)
        yield from defined([("energy.load_rate", rate)])
    if hours:
        yield "energy.base_load", min(hours) / (1000 * HOUR)


def means(flow: Flow, window: Window, length: int) -> list[int]:
    """W·ns of each multiple of `length` that lies wholly in the window."""
    first = -(-window.begin // length) * length
    return [used(flow, [(a, a + length)]) for a in range(first, window.end - length + 1, length)]
