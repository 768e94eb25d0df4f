"""A step and a site of two machines that are known to the second, looked at badly; and NEE and its like (D34, D35)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.effectiveness import EffectivenessBounds, high_together
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import HOUR, NS, SHIFT, T0, at, small_plant
from tests.evidence_engine.true_machine import (
    CYCLE,
    MIN_STOP,
    WORK,
    Agent,
    Machine,
    collected,
    cuts,
    machine,
    overlap,
)

DAY = Window(T0, T0 + 24 * HOUR, "day", "1")
MORNING = Window(at(8), at(11), "custom", "morning")


def times(of: Machine, window: Window) -> dict[str, float]:
    """ns and events of one machine inside the calendar of a window."""
    work = [(max(a, window.start), min(b, window.end)) for a, b in WORK if a < window.end]
    ends = [*(start for start, _ in of.states[1:]), T0 + 26 * HOUR]
    stays = [(start, end, state) for (start, state), end in zip(of.states, ends, strict=True)]
    found = {
        state: float(sum(overlap(a, b, work) for a, b, s in stays if s == state))
        for state in {s for _, _, s in stays} | {"producing", "setup", "planned_stop"}
    }
    failed = [
        (a, b)
        for a, b, s in stays
        if s == "down" and any(x <= a < y for x, y in work) and overlap(a, b, WORK) >= MIN_STOP * NS
    ]
    made = [good for ts, good in of.pieces if any(a < ts <= b for a, b in work)]
    return found | {
        "C": sum(b - a for a, b in work),
        "failures": len(failed),
        "failed": sum(overlap(a, b, work) for a, b in failed),
        "good": sum(made),
        "pieces": len(made),
    }


def summed(every: list[dict[str, float]]) -> dict[str, float]:
    return {name: sum(one.get(name, 0.0) for one in every) for name in every[0]}


def truth(time: dict[str, float]) -> dict[str, float | None]:
    """Of one machine, or of sums over several, by the words of the definitions."""
    operating, busy = time["producing"] + time["setup"], time["C"] - time["planned_stop"]
    pieces, good = time["pieces"] * CYCLE * NS, time["good"] * CYCLE * NS
    return {
        "equipment.effectiveness": _ratio(pieces, time["producing"]),
        "equipment.mtbf": _ratio(operating, time["failures"] * HOUR),
        "equipment.mttr": _ratio(time["failed"], time["failures"] * HOUR),
        "equipment.motbf": operating / (time["failures"] + 1) / HOUR,
        "equipment.mttr_iso": time["failed"] / (time["failures"] + 1) / HOUR,
        "equipment.setup_ratio": _ratio(time["setup"], operating),
        "equipment.nee": _ratio(good * operating, time["producing"] * busy),
        "equipment.load_ratio": time["pieces"] / (50 * time["C"] / HOUR),
        "equipment.oee": _ratio(good, busy),
        "quality.quality_ratio": _ratio(good, pieces),
        "quality.reject_ratio": _ratio(pieces - good, pieces),
    }


def _ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None


def history(machines: list[Machine], agent: Agent) -> History:
    """Both machines on one connection each, the second as M2."""
    series, facts = {}, {}
    for n, of in enumerate(machines, 1):
        one = collected(of, agent, n)
        series |= {
            name.replace("M1/", f"M{n}/").replace("@c/", f"@c{n}/"): s for name, s in one.series.items()
        }
        ((start, announced),) = one.facts["c"]
        named = {name.replace("M1/", f"M{n}/"): fact for name, fact in announced.series.items()}
        facts[f"c{n}"] = [(start, announced.model_copy(update={"connection": f"c{n}", "series": named}))]
    return History(series, facts)


PLANT = small_plant(
    assets={
        "M1": {"rated_capacity": 50.0},
        "M2": {"kind": "cnc", "ideal_cycle": {"A": 60.0}, "rated_capacity": 50.0},
    }
)


def outside(result: Figure, true: float | None) -> bool:
    if true is None:
        return False
    slack = 1e-9 * max(1.0, abs(true))
    below = result.low is not None and true < result.low - slack
    return below or (result.high is not None and true > result.high + slack)


def violations(machines: list[Machine], agent: Agent, windows: list[Window]) -> tuple[list[str], set[str]]:
    """Figures that leave out the truth, and all that were compared."""
    assessor, found, seen = Assessor(PLANT, history(machines, agent), windows), [], set()
    for window in windows:
        each = [times(of, window) for of in machines]
        expected = {"M1": truth(each[0]), "M2": truth(each[1]), "": truth(summed(each))}
        for record in assessor.records(window):
            true = expected[_subject(record)].get(record.kpi)
            seen.add(f"{_subject(record)} {record.kpi}")
            if outside(record.result, true):
                found.append(f"{window.name} {_subject(record)} {record.kpi}: {true} not in {record.result}")
            found += _wrong_parts(record, expected[_subject(record)])
    return found, seen


def _subject(record: Record) -> str:
    return record.subject.get("asset", "") if record.subject.get("asset") in ("M1", "M2") else ""


def _wrong_parts(record: Record, expected: dict[str, float | None]) -> list[str]:
    parts = record.parts if record.kpi == "equipment.oee" else {}
    true = {"effectiveness": "equipment.effectiveness", "quality": "quality.quality_ratio"}
    return [
        f"{record.subject} part {name}: {expected[kpi]} not in {part}"
        for name, kpi in true.items()
        if isinstance(part := parts.get(name), Figure) and outside(part, expected[kpi])
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_D35_bounds_of_two_machines_hold_the_truth(seed: int) -> None:
    found, seen = violations(
        [machine(seed), machine(seed + 50)], Agent(10.0, 1.0, cuts(seed)), [SHIFT, MORNING, DAY]
    )
    assert found == []
    together = {" " + kpi for kpi in truth(summed([times(machine(1), SHIFT)]))}
    alone = {" equipment.nee", " equipment.setup_ratio", " equipment.load_ratio"}
    alone |= {" equipment.motbf", " equipment.mttr_iso"}
    assert seen >= {f"M1{kpi}" for kpi in together} | (together - alone)


def test_the_comparison_can_fail() -> None:
    moved = Agent(2.0, 0.5, [(T0 - HOUR, T0 + 25 * HOUR)], shift=60 * NS)
    assert violations([machine(1), machine(51)], moved, [SHIFT, MORNING])[0]


def test_a_single_hour_has_no_further_figures_of_groups() -> None:
    hour = Window(at(8), at(9), "hour", "8")
    _, seen = violations([machine(1), machine(51)], Agent(10.0, 1.0, cuts(1)), [hour])
    assert {kpi for kpi in seen if kpi.startswith(" equipment")} == {
        " equipment.availability",
        " equipment.oee",
    }


_BOUNDS = st.builds(
    lambda f, p, e, x: EffectivenessBounds(0, p, p + x, Fraction(f), (e, 0), (e + f * x, x)),
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 4),
)


@settings(deadline=None)
@given(st.lists(_BOUNDS, min_size=1, max_size=3))
def test_D35_no_way_to_fill_the_gaps_of_several_machines_beats_the_high(
    every: list[EffectivenessBounds],
) -> None:
    """Each ns of unsure time of each machine is tried as producing with f ns earned, and as not."""
    ways = [range(b.longest - b.shortest + 1) for b in every]
    best = max(
        Fraction(
            sum((b.stop or (0, 0))[0] + int(b.stretch) * x for b, x in zip(every, chosen, strict=True)),
            sum(b.shortest + x for b, x in zip(every, chosen, strict=True)),
        )
        for chosen in product(*ways)
    )
    high = high_together(every)
    assert high is not None
    assert Fraction(*high) == best
