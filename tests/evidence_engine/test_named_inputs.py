"""Which inputs a record names, against a plain reading of D7 with all its needs at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.evidence.digest import Digests
from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.inputs import Needed
from evidence_engine.named_inputs import NamedInputs, Sources
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import HOUR, T0, small_plant

NAMES = ("M1/state", "M1/count_good", "M2/state", "M2/power_active")
LINKS = {"a": "opcua", "b": "modbus"}
ROWS = st.lists(st.integers(0, 20), max_size=4, unique=True).map(sorted)
NEEDS = st.builds(
    lambda name, start, length: Needed(name, T0 + start * HOUR, T0 + (start + length) * HOUR),
    st.sampled_from(NAMES),
    st.integers(0, 20),
    st.integers(1, 10),
) | st.sampled_from([Needed(name, FIRST, LAST) for name in NAMES])
LATE = st.sampled_from([True, True, True, False])
"""Whether a series goes on after every window: only then it shows whether its link does."""
PLANT = small_plant()


def samples(hours: list[int]) -> Samples:
    return samples_of([T0 + hour * HOUR for hour in hours], [1.0] * len(hours))


def announced(connection: str, hour: int, *series: str) -> tuple[int, ConnectionFacts]:
    facts = ConnectionFacts(
        schema="floortruth/facts/1",
        connection=connection,
        protocol=LINKS[connection],
        series={name: SeriesFacts() for name in series},
    )
    return T0 + hour * HOUR, facts


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Four series, each on no link, on one, or on one after the other."""
    series = {name: samples([*draw(ROWS), 30]) if draw(LATE) else samples(draw(ROWS)) for name in NAMES}
    facts = {}
    for connection in LINKS:
        series[f"@{connection}/link"] = samples(draw(ROWS))
        series[f"@{connection}/facts"] = samples(draw(ROWS))
        facts[connection] = [
            announced(connection, hour, *draw(st.sets(st.sampled_from(NAMES)))) for hour in draw(ROWS)
        ]
    return History(series, facts)


def test_D7_a_link_is_awaited_while_a_series_hangs_on_it() -> None:
    series = {"M1/state": samples([0, 30]), "@a/link": samples([0, 9])}
    stays, leaves = [announced("a", 0, "M1/state")], [announced("a", 0, "M1/state"), announced("a", 10)]
    needed = frozenset({Needed("M1/state", FIRST, LAST)})
    for rows, is_late in ((stays, True), (leaves, False)):
        history = History(series, {"a": rows})
        inputs = NamedInputs(Sources(history, PLANT, Digests(history)), Window(T0 + HOUR, T0 + 20 * HOUR))
        assert inputs.of(needed).is_late is is_late


def plain(history: History, window: Window, needed: set[Needed]) -> tuple[list[str], bool, set[str]]:
    """(series, late, assumed), link by link and need by need."""
    until: dict[str, set[int]] = {}
    assumed = set()
    for one in needed:
        stop = min(window.end, one.end)
        until.setdefault(one.series, set()).add(stop)
        regimes = regimes_of(history, PLANT, one.series)
        for at, regime in enumerate(regimes):
            end = regimes[at + 1].start if at + 1 < len(regimes) else LAST
            if regime.connection is None or regime.start >= window.end or end <= window.start:
                continue
            until.setdefault(f"@{regime.connection}/link", set()).update({stop} if end >= stop else ())
            until.setdefault(f"@{regime.connection}/facts", set())
            if any(facts.protocol == "opcua" for _, facts in history.facts[regime.connection]):
                assumed.add("assumes_subscription")
    named = sorted(name for name in until if Digests(history).input(name, window.start, window.end))
    is_late = any(history.of(name).ts[-1] < stop for name in named for stop in until[name])
    return named, is_late, assumed


@settings(deadline=None)
@given(histories(), st.sets(NEEDS, max_size=5), st.integers(0, 19), st.integers(1, 6))
def test_D7_needs_one_by_one_name_what_all_of_them_do(
    history: History, needed: set[Needed], start: int, length: int
) -> None:
    window = Window(T0 + start * HOUR, T0 + (start + length) * HOUR)
    found = NamedInputs(Sources(history, PLANT, Digests(history)), window).of(frozenset(needed))
    assert ([one.series for one in found.inputs], found.is_late, found.assumed) == plain(
        history, window, needed
    )
