"""The sentences of an answer, in zh and en; bounds are rounded outward, so none reads better than it is."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, floor

from evidence_engine.claims.claim import Claim, WrittenClaim
from evidence_engine.claims.interval import Interval, Verdict
from evidence_engine.kpis import KPIS

Words = dict[str, str]

WINDOWS = {"baseline": ("基线窗口", "the baseline"), "comparison": ("对比窗口", "the comparison")}
_PER = {"none": "", "per_day": "/d", "per_good_piece": "/{piece}"}


def unit_of(written: WrittenClaim) -> str:
    """The unit of the figures as compared."""
    return KPIS[written.kpi].unit + _PER[written.normalise]


def because(
    claim: Claim, verdict: Verdict, change: Interval | None, before: Interval | None, after: Interval | None
) -> Words:
    """The reason with the interval of the change, what was claimed, and both figures."""
    if change is None or before is None or after is None:
        return {"zh": "至少一个窗口没有可比的数", "en": "a window has no figure to compare"}
    unit = unit_of(claim.written)
    was, is_ = span(before, unit), span(after, unit)
    moved, said = _change(claim, change), _claimed(claim.written)
    zh, en = {
        "supported": ("不利的界也达到所称", "even the worse bound reaches it"),
        "contradicted": ("有利的界也达不到所称", "even the better bound does not reach it"),
        "not_decidable": ("所称落在区间之内", "what is claimed lies inside the bounds"),
    }[verdict]
    return {
        "zh": f"变化 {moved}，所称 {said['zh']}：{zh}（前 {was}，后 {is_}）",
        "en": f"changed by {moved}, claimed {said['en']}: {en} (before {was}, after {is_})",
    }


def _change(claim: Claim, change: Interval) -> str:
    unit = "1" if claim.written.change.relative is not None else unit_of(claim.written)
    return span(change, unit, signed=True)


def _claimed(written: WrittenClaim) -> Words:
    change, unit = written.change, unit_of(written)
    if change.before is not None and change.after is not None:
        told = f"{number(change.before, unit)} → {number(change.after, unit)}"
        return {"zh": told, "en": told}
    least = number(abs(change.least), "1" if change.relative is not None else unit)
    zh, en = ("上升", "a rise of") if change.least > 0 else ("下降", "a fall of")
    return {"zh": f"{zh}至少 {least}", "en": f"{en} at least {least}"}


def thresholds(claim: Claim, before: Interval, after: Interval) -> Iterator[Words]:
    """What one window's figure would have to be, the other as it is."""
    change, unit = claim.written.change, unit_of(claim.written)
    rises = change.least > 0
    hard, easy = (before.high, before.low) if rises else (before.low, before.high)
    at_least, at_most = ("不低于", "at least"), ("不高于", "at most")
    over, under = (at_least, at_most) if rises else (at_most, at_least)
    if hard is not None:
        needed = _then(claim.written, hard)
        yield {
            "zh": f"若对比窗口的数{over[0]} {number(needed, unit)}，则支持（现证实 {span(after, unit)}）",
            "en": f"supported if the comparison were {over[1]} {number(needed, unit)} (proven: {span(after, unit)})",
        }
    worse = after.low if rises else after.high
    back = None if worse is None else _back(claim.written, worse)
    if back is not None and back >= 0:
        yield {
            "zh": f"若基线的数{under[0]} {number(back, unit)}，则支持（现证实 {span(before, unit)}）",
            "en": f"supported if the baseline were {under[1]} {number(back, unit)} (proven: {span(before, unit)})",
        }
    if easy is not None:
        needed = _then(claim.written, easy)
        zh, en = ("低于", "under") if rises else ("高于", "over")
        yield {
            "zh": f"若对比窗口的数{zh} {number(needed, unit)}，则反驳",
            "en": f"contradicted if the comparison were {en} {number(needed, unit)}",
        }


def _then(written: WrittenClaim, before: Fraction) -> Fraction:
    """What the figure must become from `before`."""
    change = written.change
    if change.relative is not None:
        return before * (1 + change.relative)
    needed = before + change.least
    if change.after is None:
        return needed
    return max(needed, change.after) if change.least > 0 else min(needed, change.after)


def _back(written: WrittenClaim, after: Fraction) -> Fraction | None:
    """From what baseline `after` is the claimed change; None where no baseline helps."""
    change = written.change
    if change.relative is not None:
        return after / (1 + change.relative) if change.relative > -1 else None
    if change.after is not None and (after < change.after) == (change.least > 0) and after != change.after:
        return None
    return after - change.least


def missing(claim: Claim, window: str, why: str) -> Words:
    """A window without a figure."""
    kpi, (zh, en) = KPIS[claim.written.kpi], WINDOWS[window]
    if why == "not_applicable":
        return {
            "zh": f"{zh}中{kpi.name_zh}不适用（分母为零或缺条件）：换一个设备在用的窗口",
            "en": f"{kpi.name_en} does not apply in {en} (nothing to divide by, or a fact is missing): choose a window in use",
        }
    return {
        "zh": f"{zh}中没有此对象的{kpi.name_zh}：接入给出它的标签，或导入历史",
        "en": f"{en} has no {kpi.name_en} of this subject: connect the tags that give it, or import history",
    }


def uncovered(window: str, coverage: float) -> Words:
    """How much of a window's time is unknown."""
    zh, en = WINDOWS[window]
    unknown = number(1 - Fraction(str(coverage)), "1")
    return {
        "zh": f"{zh}有 {unknown} 的时间未知：导入缺失的历史，或换覆盖更全的窗口",
        "en": f"{unknown} of the time of {en} is unknown: import the missing history, or choose a window that is covered better",
    }


def span(found: Interval, unit: str, *, signed: bool = False) -> str:
    """`51.2%–53.0%`; an open end is ∞."""
    low = "−∞" if found.low is None else number(found.low, unit, floor, signed=signed)
    high = "∞" if found.high is None else number(found.high, unit, ceil, signed=signed)
    told = low if low == high else f"{low} … {high}"
    return told if unit == "1" else f"{told} {unit}"


def number(
    value: Fraction, unit: str, outward: Callable[[Fraction], int] = round, *, signed: bool = False
) -> str:
    """A share as percent to a hundredth, all else to four places at most."""
    sign = "+" if signed else ""
    if unit == "1":
        return f"{float(Fraction(outward(value * 10_000), 100)):{sign}.2f}%"
    places = 10 ** max(0, 4 - len(str(abs(floor(value)))))
    return f"{float(Fraction(outward(value * places), places)):{sign}g}"
