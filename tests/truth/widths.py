"""How wide each figure may be at most: what the either-stretches and edges of D5 and D10 add up to (issue 6, Truth).

Worked out from the plant's record of changes and from when each series was looked at, by formulas of their own. With
r the resolution and e the time error of a series, w = r + 2e:

- A change of state leaves w open, part of it on each side; a stretch without a sure look is open as a whole. Call
  producing P, planned stop N, anything else X, and `open_p` the open time that may be P, `open_n` that which may be N.
- A piece, or a kWh, lies on either side of an edge (of the window, of the calendar) if it was made within w of it, or
  in or within w of an unsure stretch that reaches that near. Everything else is counted exactly, bridged or not (D13).
  Of those only the steps count whose own interval holds the edge: the stamps of the looks tell, w or the gap wide.
- A piece within w of a change of product may have earned the cycle of the other one.
- A reporting register that was read just before it reported an older value shows a fall that never was (D6 keeps the
  device's order). It is judged by D11 like any other: open is what D12 allows in the step's w, and what rose since.

Nothing is added for good measure. Only what the record can't tell is taken at its widest: how an open stretch is
shared between its two sides.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from evidence_engine.vocabulary.plant import PlanEntry, Plant
from simulators.model.parts import HOUR
from tests.truth.compare import Json
from tests.truth.looks import Looks, Stretch, length, merged, up_of
from tests.truth.record import Machine, Record, instant_of

STEP_KWH = 0.01
"""What every electricity register of the demo shows."""
SHARE_CONNECTED = 0.95
P, N = "producing", "planned_stop"


@dataclass(frozen=True, slots=True)
class Around:
    """An amount, and how much of it may not be in the figure, and how much else may be."""

    true: float
    inner: float
    outer: float

    @property
    def least(self) -> float:
        """Without all that may be outside."""
        return self.true - self.inner

    @property
    def most(self) -> float:
        """With all that may be inside."""
        return self.true + self.outer

    @property
    def width(self) -> float:
        """Between the two."""
        return self.inner + self.outer


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Calendar time of a window, ns: all, truly P and N; open_p, open_n: may be P, N; hidden_p, hidden_n: of the

    truth, what lies in unsure stretches; moving_p, moving_n: in stretches of changes, whose share nobody knows;
    only_pn: may only be P or N; n_not_p: may be N but not P.
    """

    whole: int
    p: int
    n: int
    open_p: int
    open_n: int
    hidden_p: int
    hidden_n: int
    moving_p: int
    moving_n: int
    only_pn: int
    n_not_p: int

    def sure(self) -> list[tuple[int, int]]:
        """(sure P, sure N) at the corners of what is possible."""
        of_p, of_n = self.p - self.hidden_p, self.n - self.hidden_n
        return list(product((of_p, max(0, of_p - self.moving_p)), (of_n, max(0, of_n - self.moving_n))))


class Widths:
    """The widest that each figure may be; `of(entry)` for an entry of the truth file, None where no formula is kept."""

    def __init__(
        self, record: Record, looks: Mapping[str, Looks], plant: Plant, plan: Sequence[PlanEntry]
    ) -> None:
        self._record, self._looks, self._plant, self._plan = record, looks, plant, plan
        self._formulas: dict[str, Callable[[str, int, int], float]] = {
            "equipment.availability": self._availability,
            "equipment.effectiveness": self._effectiveness,
            "equipment.oee": self._oee,
            "quality.quality_ratio": self._quality,
            "quality.reject_ratio": self._quality,
            "production.count_good": self._count_good,
            "production.throughput": self._throughput,
            "production.schedule_attainment": self._attainment,
            "energy.electricity": self._electricity,
            "energy.per_good_piece": self._per_good_piece,
        }

    def of(self, entry: Json) -> float | None:
        """In the figure's unit; inf where the open time leaves it without a bound."""
        formula = self._formulas.get(entry["kpi"])
        asset = entry["subject"].get("asset", "")
        if formula is None or (asset and not self._is_wired(asset)):
            return None
        if not asset and not entry["kpi"].startswith("energy."):  # several machines together
            return None
        return formula(asset, instant_of(entry["window"]["from"]), instant_of(entry["window"]["to"]))

    def _is_wired(self, asset: str) -> bool:
        return any(series.startswith(f"{asset}/") for series in self._looks)

    # --- time ---

    def _open_time(self, asset: str, start: int, end: int) -> OpenTime:
        machine, looks = self._record.machine(asset), self._looks[f"{asset}/state"]
        working = self._record.working(start, end)
        unsure = merged(overlap(looks.unsure(start, end), working))
        hidden, whole = _by_state(machine, unsure), _by_state(machine, working)
        moving = {"P": 0, "N": 0, "PN": 0, "NX": 0}
        for at, before, after in machine.changes(start - looks.width_at(start), end + looks.width_at(end)):
            open_ns = self._open_at(looks, at, working, unsure)
            pair = {before, after}
            moving["P"] += open_ns if P in pair else 0
            moving["N"] += open_ns if N in pair else 0
            moving["PN"] += open_ns if pair == {P, N} else 0
            moving["NX"] += open_ns if N in pair and P not in pair else 0
        lost = sum(b - a for a, b in unsure)
        return OpenTime(
            sum(b - a for a, b in working), whole.get(P, 0), whole.get(N, 0), lost + moving["P"], lost + moving["N"],
            hidden.get(P, 0), hidden.get(N, 0), moving["P"], moving["N"], moving["PN"], moving["NX"],
        )  # fmt: skip

    @staticmethod
    def _open_at(looks: Looks, at: int, working: Sequence[Stretch], unsure: Sequence[Stretch]) -> int:
        """What a change leaves open of the window's calendar and is not open anyway."""
        width = looks.width_at(at)
        near = overlap([(at - width, at + width)], working)
        return min(width, sum(b - a - length(unsure, a, b) for a, b in near))

    def _availability(self, asset: str, start: int, end: int) -> float:
        """P/(C − N − only_pn) to (P + open_p)/(C − N − n_not_p) (D20)."""
        time = self._open_time(asset, start, end)
        widest = 0.0
        for sure_p, sure_n in time.sure():
            left = time.whole - sure_n
            low = _divide(sure_p, left - time.only_pn)
            high = min(1.0, _divide(sure_p + time.open_p, left - time.n_not_p))
            widest = max(widest, high - min(low, high))
        return widest

    # --- pieces ---

    def _pieces(self, asset: str, kind: str, edges: Sequence[int], within: Sequence[Stretch]) -> Around:
        """Pieces of one counter in `within`, in or out at its edges."""
        machine, looks = self._record.machine(asset), self._looks[f"{asset}/count_{kind}"]
        true = sum(len(machine.pieces(kind, a, b)) for a, b in within)
        regions = merged(looks.around(edge) for edge in edges)
        near = sum(len(machine.pieces(kind, a, b)) for a, b in regions)
        inner = sum(len(machine.pieces(kind, a, b)) for a, b in overlap(regions, within))
        return Around(true, inner, near - inner)

    def _counted(self, asset: str, kind: str, within: Sequence[Stretch]) -> Around:
        """A kind of pieces, told by its own counter or by the two others (D22)."""
        edges = [edge for stretch in within for edge in stretch]
        if f"{asset}/count_{kind}" in self._looks:
            return self._pieces(asset, kind, edges, within)
        total, reject = (self._pieces(asset, each, edges, within) for each in ("total", "reject"))
        return Around(total.true - reject.true, total.inner + reject.outer, total.outer + reject.inner)

    def _open_pieces(self, asset: str, kind: str, within: Sequence[Stretch]) -> float:
        """The pieces that are near enough to an edge, of those that were counted by a step over it."""
        edges = [edge for stretch in within for edge in stretch]
        roles = (kind,) if f"{asset}/count_{kind}" in self._looks else ("total", "reject")
        over = sum(self._looks[f"{asset}/count_{role}"].over(edges) for role in roles)
        return min(self._counted(asset, kind, within).width, over)

    def _count_good(self, asset: str, start: int, end: int) -> float:
        """The pieces at the edges of the calendar and the window."""
        return self._open_pieces(asset, "good", self._record.working(start, end))

    def _throughput(self, asset: str, start: int, end: int) -> float:
        """The same of all pieces, by the hour of calendar time."""
        working = self._record.working(start, end)
        return self._open_pieces(asset, "total", working) * HOUR / sum(b - a for a, b in working)

    def _quality(self, asset: str, start: int, end: int) -> float:
        """The fewest good with the most rejects, to the most with the fewest (D22)."""
        working = self._record.working(start, end)
        good, reject = self._counted(asset, "good", working), self._counted(asset, "reject", working)
        least, most = max(0.0, good.least), good.most
        low = _divide(least, least + reject.most, empty=0.0)
        high = _divide(most, most + max(0.0, reject.least), empty=1.0)
        return high - low

    def _attainment(self, asset: str, start: int, end: int) -> float:
        """Good pieces at the edges of the plan's entries and at changes of product, by what was planned (D35)."""
        chosen = [e for e in self._plan if e.asset == asset and start <= e.start and e.end <= end]
        open_pieces = 0.0
        for entry in chosen:
            within = [(entry.start, entry.end)]
            open_pieces += self._open_pieces(asset, "good", within)
            open_pieces += len(self._of_unsure_product(asset, "good", within))
        return open_pieces / sum(entry.quantity for entry in chosen)

    # --- earned time ---

    def _earned(self, asset: str, kind: str, working: Sequence[Stretch]) -> Around:
        """Σ ideal cycle × pieces, ns."""
        if f"{asset}/count_{kind}" in self._looks:
            return self._earned_by(asset, kind, working)
        total, reject = (self._earned_by(asset, each, working) for each in ("total", "reject"))
        return Around(total.true - reject.true, total.inner + reject.outer, total.outer + reject.inner)

    def _earned_by(self, asset: str, kind: str, working: Sequence[Stretch]) -> Around:
        machine, looks = self._record.machine(asset), self._looks[f"{asset}/count_{kind}"]
        regions = merged(looks.around(edge) for stretch in working for edge in stretch)
        unsure = set(self._of_unsure_product(asset, kind, [*working, *regions]))
        small, large = machine.cycles

        def least(at: int) -> int:
            return small if at in unsure else machine.cycle_of(at)

        def most(at: int) -> int:
            return large if at in unsure else machine.cycle_of(at)

        inside = [at for a, b in working for at in machine.pieces(kind, a, b)]
        near = {at for a, b in regions for at in machine.pieces(kind, a, b)}
        true = sum(machine.cycle_of(at) for at in inside)
        low = sum(least(at) for at in inside if at not in near)
        high = sum(most(at) for at in {*inside, *near})
        return Around(true, true - low, high - true)

    def _of_unsure_product(self, asset: str, kind: str, within: Iterable[Stretch]) -> list[int]:
        """Pieces that may have been of another product: in or near a stretch in which the product is not sure."""
        machine, counter = self._record.machine(asset), self._looks.get(f"{asset}/count_{kind}")
        looks = self._looks[f"{asset}/product"]
        found = []
        for start, end in merged(within):
            spans = looks.unsure(start, end)
            for at in machine.product_since:
                if start - 2 * looks.width_at(at) <= at <= end + 2 * looks.width_at(at):
                    spans.append((at - looks.width_at(at), at + looks.width_at(at)))
            for a, b in merged(spans):
                reach = max((c.width_at(edge) for c in (counter, looks) if c for edge in (a, b)), default=0)
                found += machine.pieces(kind, max(start, a - reach), min(end, b + reach))
        return found

    def _oee(self, asset: str, start: int, end: int) -> float:
        """Least earned/(C − N) to most earned/(C − N − open_n) (D21)."""
        time, working = self._open_time(asset, start, end), self._record.working(start, end)
        earned = self._earned(asset, "good", working)
        widest = 0.0
        for _, sure_n in time.sure():
            left = time.whole - sure_n
            low = _divide(max(0.0, earned.least), left)
            widest = max(widest, _divide(earned.most, left - time.open_n) - low)
        return widest

    def _effectiveness(self, asset: str, start: int, end: int) -> float:
        """Least earned/(P + open_p) to most earned/P (D23)."""
        time, working = self._open_time(asset, start, end), self._record.working(start, end)
        earned = self._earned(asset, "total", working)
        widest = 0.0
        for sure_p, _ in time.sure():
            low = _divide(max(0.0, earned.least), sure_p + time.open_p)
            widest = max(widest, _divide(earned.most, sure_p) - low)
        return widest

    # --- energy and links ---

    def _energy(self, meter: str, start: int, end: int) -> Around:
        """kWh of a register: what flowed near the edges, as far as whole steps tell, and one step to each side (D10)."""
        looks = self._looks[f"{meter}/energy_active"]
        inner, outer = STEP_KWH, STEP_KWH
        for first, last in merged(looks.around(edge) for edge in (start, end)):
            if first == last:
                continue
            inside = overlap([(first, last)], [(start, end)])
            within = sum(self._record.kwh(meter, a, b) for a, b in inside)
            inner += within + STEP_KWH / 2
            outer += self._record.kwh(meter, first, last) - within + STEP_KWH / 2
        outer += self._fallen(meter, looks, start, end)
        return Around(self._record.kwh(meter, start, end), inner, outer)

    def _fallen(self, meter: str, looks: Looks, start: int, end: int) -> float:
        """What falls of the register leave open, kWh: a reset or correction, or the rise after it, twice told."""
        rated = self._plant.assets[meter].rated_power or math.inf
        found = 0.0
        for fall in looks.falls:
            width = looks.width_at(fall.at)
            if start < fall.at + width and fall.at - width < end:
                lost = rated * width / HOUR + STEP_KWH
                found += lost + 2 * STEP_KWH + 2 * (fall.next - fall.after)
        return found

    def _electricity(self, asset: str, start: int, end: int) -> float:
        """The kWh that are near enough to an edge, of those that were counted by a step over it; and the two steps."""
        meter = asset or self._site_meter
        looks = self._looks[f"{meter}/energy_active"]
        over = looks.over([start, end]) + 2 * STEP_KWH + self._fallen(meter, looks, start, end)
        return min(self._energy(meter, start, end).width, over)

    @property
    def _site_meter(self) -> str:
        return next(name for name, each in self._plant.assets.items() if each.site_meter)

    def _per_good_piece(self, asset: str, start: int, end: int) -> float:
        """Least energy over most pieces, to most over least (D25); pieces of the whole window."""
        maker = asset or next(name for name, each in self._plant.assets.items() if each.output)
        energy, good = (
            self._energy(asset or self._site_meter, start, end),
            self._counted(maker, "good", [(start, end)]),
        )
        low = _divide(max(0.0, energy.least), good.most)
        return _divide(energy.most, good.least) - low


def unproven(record: Record, history_up: Mapping[str, Sequence[Stretch]], start: int, end: int) -> int:
    """How many of these assets' links were not proven up for the share of the calendar that D24 asks."""
    working = record.working(start, end)
    whole = sum(b - a for a, b in working)
    shares = [sum(length(up, a, b) for a, b in working) for up in history_up.values()]
    return sum(share < SHARE_CONNECTED * whole for share in shares)


def overlap(some: Iterable[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """The time that lies in both."""
    both = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(a, b) for a, b in both if a < b]


def _by_state(machine: Machine, stretches: Iterable[Stretch]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start, end in stretches:
        for a, b, state in machine.stays(start, end):
            found[state] = found.get(state, 0) + b - a
    return found


def _divide(numerator: float, denominator: float, empty: float = 0.0) -> float:
    """inf where something is divided by nothing, `empty` for 0 ÷ 0."""
    if denominator > 0:
        return numerator / denominator
    return empty if numerator <= 0 else math.inf


__all__ = ["Around", "Widths", "unproven", "up_of"]
