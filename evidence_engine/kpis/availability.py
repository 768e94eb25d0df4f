"""Availability: producing ÷ (calendar − planned stop) (D20).

Bounds over every completion of the calendar time C, with P sure producing and N sure planned stop:
low: nothing unsure produced; time that can only be producing or planned stop (c) was planned stop, since
P/(D − c) ≤ (P + c)/D wherever P + c ≤ D; all else unsure was neither: P/(C − N − c).
high: all that may be producing was (a), and what may be planned stop but not producing was (b): (P + a)/(C − N − b);
by the same inequality producing beats planned stop wherever a stretch may be either. Both are reached, so tight.
"""

from collections.abc import Mapping

from evidence_engine.kpis.outcome import Outcome, Ratio, ratio, share


def availability(time: Mapping[str, int]) -> Outcome:
    """From the sums of one asset, or of several added up (D35)."""
    low, high = bounds(time)
    codes = frozenset() if time["C"] else frozenset({"no_calendar_time"})
    if time["C"] and not time["known"]:
        codes = frozenset({"nothing_known"})
    return Outcome(value(time), low, high, share(time["known"], time["C"]), limitations=codes)


def value(time: Mapping[str, int]) -> Ratio | None:
    """By the plain reading, over known time."""
    return ratio(time["producing"], time["known"] - time["planned"])


def bounds(time: Mapping[str, int]) -> tuple[Ratio | None, Ratio | None]:
    """(low, high), each None where its completion leaves nothing to divide by (D16)."""
    busy = time["C"] - time["sure_n"]
    low = ratio(time["sure_p"], busy - time["must"])
    return low, ratio(time["sure_p"] + time["may_p"], busy - time["may_n"])
