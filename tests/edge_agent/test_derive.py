"""A state made of several tags (D26): by the table, unknown where a tag is, one reading at a time."""

import math
from pathlib import Path

import pytest

from connectors.base import Chunk, TagConfig
from edge_agent.config import load_agent
from edge_agent.derive import States, StateTable
from edge_agent.rows import Rows
from edge_agent.sampler import Look, Manner, Sampler
from evidence_engine.documents import BadInput
from tests.connectors.modbus_device import Modbus
from tests.edge_agent.bench import modbus, running, until, written
from tests.edge_agent.receiver import Receiver

TABLE = StateTable.model_validate(
    {
        "asset": "A",
        "otherwise": 1,
        "table": [
            {"when": {"x_fault": 1}, "then": 4},
            {"when": {"x_run": 1, "x_fault": 0}, "then": 3},
        ],
    }
)
TAGS = [
    TagConfig(asset="A", role="x_run"),
    TagConfig(asset="A", role="x_fault"),
    TagConfig(asset="A", role="alarm"),
]
K = 1000


class Bench:
    def __init__(
        self,
        table: StateTable = TABLE,
        manner: Manner = Manner(asks=True, reports=False),  # noqa: B008  frozen
        look: dict[str, int] | None = None,
    ) -> None:
        self.rows = Rows()
        kept = {"resolution": 15, "time_error": 2, "periodic": True} if look is None else look
        looks = [Look(self.rows.number(f"A/{t.role}"), **kept) for t in TAGS]  # type: ignore[arg-type]
        self.sampler = Sampler(looks, self.rows, manner, K)
        self.states = States([table], TAGS, self.rows, K)
        self.sampler.watch(self.states.sources())
        self.begin()

    def begin(self) -> None:
        self.sampler.begin([0, 1, 2], 0)
        self.states.begin([0, 1, 2])

    def read(self, *said: tuple[int, int, float], kind: str = "reading", **more: object) -> None:
        """(tag, ts, value)."""
        chunk = Chunk("d", kind, **more)  # type: ignore[arg-type]
        for tag, ts, value in said:
            chunk.add(tag, ts, value)
        self.sampler.take(chunk)
        self.states.take(self.sampler.changes)

    def states_told(self) -> list[tuple[int, float | None, int]]:
        rows, series = self.rows, self.rows.names.index("A/state")
        columns = zip(rows.series, rows.ts, rows.value, rows.quality, strict=True)
        return [(ts, None if math.isnan(v) else v, q) for s, ts, v, q in columns if s == series]


def test_by_the_table_and_on_change_only() -> None:
    bench = Bench()
    for ts, run, fault in ((10, 1.0, 0.0), (20, 1.0, 0.0), (30, 1.0, 1.0), (40, 0.0, 0.0), (50, 0.0, 0.0)):
        bench.read((0, ts, run), (1, ts, fault))
    assert bench.states_told() == [(10, 3.0, 0), (30, 4.0, 0), (40, 1.0, 0)]
    assert len(bench.rows.ts) > 3, "the raw tags are kept too"


def in_store(bench: Bench) -> list[tuple[int, float | None, int]]:
    return sorted({row[0]: row for row in bench.states_told()}.values(), key=lambda row: row[0])


def test_states_made_without_a_change_that_came_late_are_taken_back() -> None:
    """x_fault rose at 100 and was told after x_run had changed at 110 and 120."""
    bench = Bench(manner=Manner(asks=False, reports=True, by_stamp=True), look={"resolution": 0})
    bench.read((0, 10, 1.0), (1, 10, 0.0), kind="report", proof=10)
    bench.read((0, 110, 0.0), kind="report", proof=110)
    bench.read((0, 120, 1.0), kind="report", proof=120)
    bench.read((1, 100, 1.0), kind="report", proof=121)
    assert in_store(bench) == [(10, 3.0, 0), (100, None, 2), (110, None, 2), (120, None, 2), (121, 4.0, 0)]


def test_a_message_that_was_overtaken_does_not_become_the_present() -> None:
    bench = Bench(
        manner=Manner(asks=False, reports=True, by_stamp=True), look={"resolution": 100, "periodic": True}
    )
    bench.read((0, 10, 1.0), (1, 10, 0.0), kind="report", proof=10)
    bench.read((1, 30, 1.0), kind="report", proof=30)
    bench.read((1, 20, 0.0), kind="report", proof=31)
    assert in_store(bench) == [(10, 3.0, 0), (20, None, 2), (30, None, 2), (31, 4.0, 0)], (
        "what x_fault said at 30 holds, not what it said at 20"
    )


def test_a_look_that_was_overtaken_is_put_where_it_belongs() -> None:
    bench = Bench(
        manner=Manner(asks=False, reports=True, by_stamp=True), look={"resolution": 100, "periodic": True}
    )
    bench.read((0, 10, 1.0), (1, 10, 0.0), kind="report", proof=10)
    bench.read((1, 30, 0.0), kind="report", proof=30)
    bench.read((1, 20, 1.0), kind="report", proof=31)
    assert in_store(bench) == [(10, 3.0, 0), (20, 4.0, 0), (30, 3.0, 0)]


def test_unknown_until_each_tag_has_spoken() -> None:
    bench = Bench()
    bench.read((0, 10, 1.0))
    assert bench.states_told() == []
    bench.read((0, 20, 1.0), (1, 20, 0.0))
    assert bench.states_told() == [(20, 3.0, 0)]
    bench.begin()
    bench.read((0, 30, 1.0))
    bench.read((0, 40, 1.0), (1, 40, 0.0))
    assert bench.states_told() == [(20, 3.0, 0), (40, 3.0, 0)]


def test_no_state_between_two_blocks_of_one_reading() -> None:
    bench = Bench()
    bench.read((0, 10, 1.0), (1, 12, 0.0))
    bench.read((0, 20, 0.0), (1, 22, 1.0))
    assert bench.states_told() == [(12, 3.0, 0), (22, 4.0, 0)]


def test_a_tag_that_is_bad_makes_the_state_bad() -> None:
    bench = Bench()
    bench.read((0, 10, 1.0), (1, 10, 0.0))
    bench.read((0, 20, 1.0), (1, 20, 0.0))
    bench.read((0, 30, 1.0), unanswered=[1])
    bench.read((0, 40, 1.0), (1, 40, 0.0))
    assert bench.states_told() == [(10, 3.0, 0), (21, None, 2), (40, 3.0, 0)]


def test_what_is_told_late_never_leaves_a_wrong_state_standing() -> None:
    bench = Bench()
    bench.read((0, 10, 1.0), (1, 10, 0.0))
    bench.read((0, 20, 0.0))
    bench.sampler.check_looks([0, 1], 26)
    bench.states.take(bench.sampler.changes)
    assert in_store(bench) == [(10, 3.0, 0), (11, None, 2), (20, None, 2), (21, None, 2)]


def test_keyframes() -> None:
    bench = Bench()
    for ts in (10, 1001, 1010, 2002):
        bench.read((0, ts, 1.0), (1, ts, 0.0))
    assert [row for row in bench.states_told() if row[2] == 0][-1] == (2002, 3.0, 0)


def test_no_case_fits() -> None:
    bench = Bench(StateTable.model_validate({"asset": "A", "table": [{"when": {"x_run": 1}, "then": 3}]}))
    bench.read((0, 10, 1.0))
    bench.read((0, 20, 7.0))
    assert bench.states_told() == [(10, 3.0, 0), (20, None, 2)]


STATES = (
    "\nstates: [{asset: A, otherwise: 1, table: [{when: {x_run: 1}, then: 3}, {when: {x_mode: 2}, then: 2}]}]"
)


async def test_from_two_registers_to_a_state(tmp_path: Path) -> None:
    device, receiver = await Modbus().start(), Receiver()
    device.put(3, 1)
    path = written(tmp_path, receiver, modbus(device.port, "A/x_run holding:3", "A/x_mode holding:4"), STATES)
    async with running(path):
        await until(lambda: receiver.values("A/state") == [3.0])
        device.put(3, 0)
        await until(lambda: receiver.values("A/state") == [3.0, 1.0])
    assert '"A/state"' in (receiver.rows("@m.1/facts")[0][3] or "")
    await device.stop()
    receiver.stop()


@pytest.mark.parametrize(("tags", "sentence"), [
    (["A/x_run holding:3"], "no tag 'A/x_mode'"),
    (["A/x_run holding:3", "A/x_mode holding:4", "A/state holding:5"], "'A/state' has a tag already"),
    (["A/x_run holding:3", "A/x_mode holding:4 u16 2"], "hang on several devices"),
])  # fmt: skip
def test_wrong_tables(tmp_path: Path, tags: list[str], sentence: str) -> None:
    receiver = Receiver()
    path = written(tmp_path, receiver, modbus(5020, *tags), STATES)
    receiver.stop()
    with pytest.raises(BadInput) as caught:
        load_agent(path)
    assert sentence in str(caught.value)
