"""The true value of each KPI of machines, one or several, in a window; None where it is not defined (0 ÷ 0)."""

from collections.abc import Iterator, Sequence

from simulators.model.parts import HOUR
from simulators.model.plan import PlanEntry
from simulators.truth.history import MachineHistory
from simulators.truth.sums import PieceSums, StateSums
from simulators.truth.windows import Window

Figure = tuple[str, float]


def ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def defined(figures: Sequence[tuple[str, float | None]]) -> Iterator[Figure]:
    return ((kpi, value) for kpi, value in figures if value is not None)


def state_figures(time: StateSums) -> Iterator[Figure]:
    """Availability (D20), MTBF and MTTR (D34)."""
    return defined(
        [
            ("equipment.availability", ratio(time.producing, time.busy)),
            ("equipment.mtbf", ratio(time.operating, time.failures * HOUR)),
            ("equipment.mttr", ratio(time.down, time.failures * HOUR)),
        ]
    )


def further_state_figures(time: StateSums) -> Iterator[Figure]:
    """Set-up ratio, and failures counted as ISO 22400-2 does; of a calendar that holds time."""
    stretches = (time.failures + 1) * HOUR if time.calendar else 0
    return defined(
        [
            ("equipment.setup_ratio", ratio(time.setup, time.operating)),
            ("equipment.motbf", ratio(time.operating, stretches)),
            ("equipment.mttr_iso", ratio(time.down, stretches)),
        ]
    )


def piece_figures(time: StateSums, pieces: PieceSums) -> Iterator[Figure]:
    """OEE (D21), quality (D22), effectiveness (D23), pieces and throughput (D35), inside the calendar."""
    return defined(
        [
            *_shares(time, pieces),
            ("production.count_good", float(pieces.good)),
            ("production.count_total", float(pieces.total)),
            ("production.throughput", ratio(pieces.total * HOUR, time.calendar)),
        ]
    )


def _shares(time: StateSums, pieces: PieceSums) -> list[tuple[str, float | None]]:
    counted = pieces.good + pieces.reject
    return [
        ("equipment.effectiveness", ratio(pieces.earned, time.producing)),
        ("equipment.oee", ratio(pieces.earned_good, time.busy)),
        ("quality.quality_ratio", ratio(pieces.good, counted)),
        ("quality.reject_ratio", ratio(pieces.reject, counted)),
    ]


def net_effectiveness(time: StateSums, pieces: PieceSums) -> Iterator[Figure]:
    """NEE: (producing + set-up) ÷ busy × effectiveness × quality, a product of fractions."""
    nee = ratio(pieces.earned_good * time.operating, time.producing * time.busy)
    return defined([("equipment.nee", nee)])


HOURLY_OF_GROUPS = ("equipment.availability", "equipment.oee", "quality.quality_ratio")


def group_figures(time: StateSums, pieces: PieceSums, window: Window) -> Iterator[Figure]:
    """Of a step or the site: Σ numerators ÷ Σ denominators (D35); of an hour only the first three."""
    figures = [*state_figures(time), *defined(_shares(time, pieces))]
    return ((kpi, value) for kpi, value in figures if window.is_long or kpi in HOURLY_OF_GROUPS)


def attainment(history: MachineHistory, plan: Sequence[PlanEntry], window: Window) -> Iterator[Figure]:
    """Good ÷ planned over the entries of the machine that lie wholly in the window (D35)."""
    entries = [e for e in plan if window.begin <= e.from_ns and e.to_ns <= window.end]
    good = sum(good_of(history, entry.product, entry.from_ns, entry.to_ns) for entry in entries)
    return defined([("production.schedule_attainment", ratio(good, sum(e.quantity for e in entries)))])


def good_of(history: MachineHistory, product: str, begin: int, end: int) -> int:
    """Good pieces of a product, finished in `(begin, end]`."""
    made = (ts for ts in history.good.ts if begin < ts <= end)
    return sum(history.machine.product.at(ts - 1) == product for ts in made)
