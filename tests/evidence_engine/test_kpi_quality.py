"""Quality and reject ratio: any two counters, joint bounds, no data (D22)."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.booking import Range
from evidence_engine.kpis.quality import contradict, quality, reject_ratio
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.plant import Plant
from tests.evidence_engine.brute import ratios
from tests.evidence_engine.small_plant import SHIFT, at, history_of, keyframes, rising, small_plant

COUNTS = st.integers(0, 4)


@settings(deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_D22_bounds_are_the_extremes_over_all_pairs(g: int, more_g: int, r: int, more_r: int) -> None:
    found = quality(g, r, Range(g, g + more_g), Range(r, r + more_r), (1, 1))
    every = ratios(range(g, g + more_g + 1), range(r, r + more_r + 1))
    if found.low is not None:
        assert Fraction(*found.low) == min(every)
    if found.high is not None:
        assert Fraction(*found.high) == max(every)
    rejects = reject_ratio(found)
    for one, other in ((found.low, rejects.high), (found.high, rejects.low), (found.value, rejects.value)):
        assert (one is None) == (other is None)
        assert one is None or other is None or Fraction(*one) + Fraction(*other) == 1


def test_D22_without_a_bound_the_share_stays_within_0_and_1() -> None:
    found = quality(3, 0, Range(3, None), Range(0, None), (1, 1))
    assert (found.low, found.high) == ((0, 1), (1, 1))


def test_D22_contradiction_is_told() -> None:
    assert contradict(Range(10, 10), Range(5, 5), Range(4, 4))
    assert contradict(Range(8, 8), Range(5, 5), Range(4, 4))
    assert not contradict(Range(9, 10), Range(5, 5), Range(4, 6))
    assert not contradict(Range(None, None), Range(5, None), Range(4, 6))


def figure(plant: Plant, history: History, kpi: str = "quality.quality_ratio") -> Record:
    (found,) = (
        r for r in Assessor(plant, history).records(SHIFT) if r.kpi == kpi and r.subject.get("asset") == "M1"
    )
    return found


def counters(**rows: int) -> History:
    """Counters that rise every so many minutes from 08:00 on."""
    series = {f"M1/{role}": rising(at(8), at(16), every * MINUTE) for role, every in rows.items()}
    return history_of({"M1/state": keyframes("producing"), **series})


def test_D22_any_two_give_the_third() -> None:
    direct = figure(small_plant(), counters(count_good=10, count_reject=40))
    derived = figure(small_plant(), counters(count_total=8, count_reject=40))
    assert direct.result.value == derived.result.value == 45 / 57  # the shift's break makes none
    assert direct.result.low == direct.result.high == direct.result.value
    assert derived.result.low == derived.result.high == derived.result.value


def test_D22_only_a_total_is_null_unless_assumed_good() -> None:
    history = counters(count_total=10)
    unknown = figure(small_plant(), history)
    assert (unknown.result.value, unknown.result.low, unknown.result.high) == (None, 0.0, 1.0)
    assumed = figure(small_plant(assets={"M1": {"quality": "assumed_good"}}), history)
    assert assumed.result.value == 1.0
    assert "assumed_good" in [one.code for one in assumed.limitations]


def test_D22_no_pieces_at_all_are_not_applicable() -> None:
    quiet = history_of({"M1/count_good": keyframes(5.0), "M1/count_reject": keyframes(1.0)})
    found = figure(small_plant(), quiet)
    assert (found.result.value, found.result.low, found.result.high) == (None, None, None)
