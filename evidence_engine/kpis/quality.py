"""Quality ratio: good ÷ (good + reject) over jointly known time; the reject ratio is what is missing to 1 (D22).

low: the fewest good with the most rejects, Gmin/(Gmin + Rmax); high: Gmax/(Gmax + Rmin). A share never leaves 0 to 1:
where the most is not bounded, the ratio's limit (0 or 1) stands instead. Where good is total − reject, its least is
already what the most rejects leave.
"""

from evidence_engine.kpis.booking import Range
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Ratio, ratio


def quality(good: int, reject: int, good_range: Range, reject_range: Range, coverage: Ratio) -> Outcome:
    """good, reject: by the plain reading over jointly known time."""
    low = _lower(good_range.least_natural, reject_range.most)
    high = _lower(reject_range.least_natural, good_range.most)
    return Outcome(
        ratio(good, good + reject),
        low,
        None if high is None else complement(high),
        coverage,
        parts={"good": good, "reject": reject},
        undecided=good_range.undecided or reject_range.undecided,
    )


def earned_bounds(
    good: Range, reject: Range, smallest: int, largest: int
) -> tuple[Ratio | None, Ratio | None]:
    """(low, high) of quality with each piece weighed by its ideal cycle, which lies between `smallest` and `largest`.

    It rises with the earned time of good pieces and falls with that of rejects, so that each is taken at its end.
    """
    low = _lower(good.least_natural * smallest, _times(reject.most, largest))
    high = _lower(reject.least_natural * smallest, _times(good.most, largest))
    return low, None if high is None else complement(high)


def _times(amount: int | None, cycle: int) -> int | None:
    return None if amount is None else amount * cycle


def _lower(least: int, most_of_other: int | None) -> Ratio | None:
    """least ÷ (least + the most of the other); 0 where that has no bound, None for 0 ÷ 0 (D16)."""
    if most_of_other is None:
        return ZERO
    return ratio(least, least + max(0, most_of_other))


def complement(of: Ratio) -> Ratio:
    """1 − it."""
    return of[1] - of[0], of[1]


def reject_ratio(of: Outcome) -> Outcome:
    """1 − quality: its bounds change places."""
    return Outcome(
        None if of.value is None else complement(of.value),
        None if of.high is None else complement(of.high),
        None if of.low is None else complement(of.low),
        of.coverage,
        of.parts,
        of.limitations,
        of.undecided,
    )


def unknown(codes: frozenset[str], coverage: Ratio = ZERO) -> Outcome:
    """Only a total, or nothing: null, 0 to 1 (D16)."""
    return Outcome(None, ZERO, ONE, coverage, limitations=codes)


def contradict(total: Range, good: Range, reject: Range) -> bool:
    """Whether three counters can't all be right, whatever unknown time hides."""
    most = None if good.most is None or reject.most is None else good.most + reject.most
    least = (good.least or 0) + (reject.least or 0)
    too_few = most is not None and total.least is not None and most < total.least
    return too_few or (total.most is not None and total.most < least)
