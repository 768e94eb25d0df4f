"""Energy and media of a whole window: from a register, else from power over time (D10, D13, D25).

Everything electrical is summed in mW·ns, so that registers (mWh) and integrated power add up exactly.
Register: value books seen steps at t2 and bridged ones that lie in the window; the bounds take what D12 allows across
the edges and in open time, and one `step` more on both sides for each run between resets.
Power: value is the plain level over known time; the bounds take the lower and the higher of the two readings of each
change, and −rated feed-in to rated where nothing is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence_engine.knowledge.levels import LevelTime, Upto
from evidence_engine.knowledge.stretches import Stretches
from evidence_engine.kpis.booking import Booked, Range, counted, known_in, range_in
from evidence_engine.kpis.outcome import ZERO, Outcome, Ratio, ratio, share

MWNS_PER_MWH = 3600 * 10**9
MWNS_PER_KWH = 10**6 * MWNS_PER_MWH
QUANTA_PER_M3 = 10**6
COAL_PER_KWH: Ratio = (1229, 10_000)
"""kgce per kWh of electricity, calorific (当量值), GB/T 2589-2020."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Energy or volume in a window; None: nothing known, or not bounded. known: ns."""

    value: int | None
    low: int | None
    high: int | None
    known: int
    undecided: bool = False
    limitations: frozenset[str] = frozenset()


def register_taken(booked: Booked, start: int, end: int, scale: int = 1) -> Taken:
    """What a register counted in the window (start, end], × scale."""
    flow = booked.flow
    seen, all_in, is_any = counted(booked, start, end)
    found, known = range_in(booked, start, end), known_in(flow, start, end)
    margin = flow.step_quantum * booked.runs_in(start, end)
    low = None if found.least is None else found.least - margin
    if not flow.net:
        low = max(0, low or 0)
    codes = {"register_step"} if margin else set()
    codes |= {"bridged"} if all_in != seen else set()
    codes |= {"no_limit"} if found.most is None and flow.max_rate is None else set()
    return Taken(
        all_in * scale if known or is_any else None,
        None if low is None else low * scale,
        None if found.most is None else (found.most + margin) * scale,
        known,
        found.undecided,
        frozenset(codes),
    )


@dataclass(frozen=True, slots=True)
class PowerIntegral:
    """A power over time, levels in mW; rated, feed_in: mW."""

    level: LevelTime
    rated: int | None
    feed_in: int

    @property
    def limitations(self) -> frozenset[str]:
        """Codes of what its samples rest on."""
        return frozenset(self.level.limitations)

    def taken(self, start: int, end: int) -> Taken:
        """The integral over the window."""
        return self._between(end - start, *self.level.upto(start, end))

    def each(self, stretches: Stretches) -> list[Taken]:
        """The integral over every stretch; they ascend."""
        sums = self.level.upto(*stretches.ravel().tolist())
        lengths = (stretches[:, 1] - stretches[:, 0]).tolist()
        return [
            self._between(length, *pair) for length, *pair in zip(lengths, sums[::2], sums[1::2], strict=True)
        ]

    def _between(self, length: int, before: Upto, after: Upto) -> Taken:
        value, low, high, known, bounded, over = (b - a for a, b in zip(before, after, strict=True))
        unknown = length - bounded
        codes = {"integrated_power"}
        codes |= {"power_above_rated"} if over else set()
        top: int | None = high
        if over or (self.rated is None and unknown):
            top = None
            codes |= set() if over else {"no_rated_power"}
        elif self.rated is not None:
            top = high + unknown * self.rated
        return Taken(
            value if known else None,
            low - unknown * self.feed_in,
            top,
            known,
            limitations=frozenset(codes),
        )


def unmeasured(rated: int | None, feed_in: int, start: int, end: int) -> Taken:
    """No source at all: from the rated feed-in to the rated power."""
    length = end - start
    codes = frozenset({"no_meter"} | (set() if rated is not None else {"no_rated_power"}))
    return Taken(None, -feed_in * length, None if rated is None else rated * length, 0, limitations=codes)


def together(parts: Iterable[Taken]) -> Taken:
    """Several meters added up; what is not known of one is not in the value, but in the bounds."""
    every = list(parts)
    values = [one.value for one in every if one.value is not None]
    lows = [one.low for one in every if one.low is not None]
    highs = [one.high for one in every if one.high is not None]
    return Taken(
        sum(values) if values else None,
        sum(lows) if len(lows) == len(every) else None,
        sum(highs) if len(highs) == len(every) else None,
        sum(one.known for one in every),
        any(one.undecided for one in every),
        frozenset().union(*(one.limitations for one in every)),
    )


NOTHING = Taken(None, None, None, 0, limitations=frozenset({"no_meter"}))
"""Where there is no meter at all."""


def amount(taken: Taken, per_unit: int, length: int, times: Ratio = (1, 1)) -> Outcome:
    """As an outcome: quanta ÷ per_unit × times; `length` is the window's time (× meters)."""

    def scaled(quanta: int | None) -> Ratio | None:
        return None if quanta is None else (quanta * times[0], per_unit * times[1])

    codes = (
        taken.limitations if taken.known or taken.value is not None else taken.limitations | {"nothing_known"}
    )
    return Outcome(
        scaled(taken.value),
        scaled(taken.low),
        scaled(taken.high),
        share(taken.known, length),
        limitations=codes,
        undecided=taken.undecided,
    )


def per_piece(taken: Taken, good: int | None, pieces: Range, length: int) -> Outcome:
    """Energy ÷ good pieces of the same window: least over most, most over least (D25)."""
    value = ratio(taken.value, (good or 0) * MWNS_PER_KWH) if taken.value is not None else None
    base = amount(taken, MWNS_PER_KWH, length)
    return Outcome(
        value,
        _per(taken.low, pieces, smallest=True),
        _per(taken.high, pieces, smallest=False),
        base.coverage,
        parts={"good": good},
        limitations=base.limitations,
        undecided=base.undecided or pieces.undecided,
    )


def _per(quanta: int | None, pieces: Range, *, smallest: bool) -> Ratio | None:
    """The smallest or the largest quotient over all that the pieces may be; None where it isn't bounded."""
    if quanta is None:
        return None
    if (quanta >= 0) != smallest:
        return ratio(quanta, pieces.least_natural * MWNS_PER_KWH)
    if pieces.most is None:
        return ZERO
    return ratio(quanta, pieces.most * MWNS_PER_KWH)
