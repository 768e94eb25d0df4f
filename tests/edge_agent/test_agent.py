"""A whole agent between real Modbus devices and a real receiver: what arrives, and what each fault leaves of it."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.instants import NS
from tests.connectors.modbus_device import Modbus
from tests.edge_agent.bench import modbus, running, until, written
from tests.edge_agent.receiver import Receiver


@pytest.fixture
async def device() -> AsyncIterator[Modbus]:
    device = await Modbus(units=(1, 2)).start()
    yield device
    await device.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def marks(receiver: Receiver, link: str = "m.1") -> list[float]:
    return receiver.values(f"@{link}/link")


async def test_from_a_register_to_the_collector(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    path = written(
        tmp_path, receiver, modbus(device.port, "A/state holding:3", "A/power_active holding:10 f32")
    )
    device.put(10, 1.5, ">f")
    async with running(path):
        await until(lambda: receiver.values("A/state") == [3.0])
        device.put(3, 4)
        await until(lambda: receiver.values("A/state") == [3.0, 4.0])
        await until(lambda: marks(receiver).count(1.0) >= 3)
        await until(lambda: receiver.statuses)
    assert receiver.values("A/power_active") == [1.5]
    assert receiver.tokens[0] == "Bearer secret"
    assert list(receiver.sequences().values()) == [list(range(1, len(receiver.batches) + 1))]
    assert marks(receiver)[:2] == [0.0, 0.0], "a start and a connect"
    (facts,) = (ConnectionFacts.of_text(row[3] or "") for row in receiver.rows("@m.1/facts"))
    assert (facts.connection, facts.series["A/state"].time_error) == ("m.1", 0.15)
    status = receiver.statuses[-1]["connections"][0]
    assert (status["trouble"], status["devices"][0]["state"]) == ("", "up")
    assert status["devices"][0]["tags"][0]["quality"] == "good"


async def test_D3_the_first_1_comes_after_all_first_values(
    tmp_path: Path, device: Modbus, receiver: Receiver
) -> None:
    tags = [f"A/x_{i} holding:{i * 20}" for i in range(10)]
    async with running(written(tmp_path, receiver, modbus(device.port, *tags))):
        await until(lambda: 1.0 in marks(receiver))
    first = next(ts for _, ts, value, *_ in receiver.rows("@m.1/link") if value == 1.0)
    assert all(receiver.rows(f"A/x_{i}")[0][1] <= first for i in range(10))


async def test_D32_facts_are_plant_time(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    now = time.time_ns()
    clock = Clock(time.time_ns, time.monotonic_ns, now, 1_000 * NS, 60)
    async with running(written(tmp_path, receiver, modbus(device.port, "A/state holding:3")), clock):
        await until(lambda: receiver.rows("@m.1/facts"))
        await until(lambda: receiver.rows("A/state"))
    facts = ConnectionFacts.of_text(receiver.rows("@m.1/facts")[0][3] or "")
    assert (facts.heartbeat, facts.timeout, facts.keyframe) == (12.0, 60.0, 3600.0)
    assert (facts.series["A/state"].resolution, facts.series["A/state"].time_error) == (300.0, 9.0)
    assert 1_000 * NS <= receiver.rows("A/state")[0][1] < 2_000 * NS


async def test_collector_away_for_a_while(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    async with running(written(tmp_path, receiver, modbus(device.port, "A/count_total holding:3"))) as agent:
        await until(lambda: receiver.values("A/count_total"))
        receiver.stop()
        for value in range(10, 20):
            device.put(3, value)
            await until(lambda value=value: agent.lines[0].sampler.seen(0)[1] == value)
        await until(lambda: agent.sender.statistics.trouble)
        await until(lambda: agent.spool.statistics.batches > 1)
        receiver.start()
        await until(lambda: receiver.values("A/count_total")[-1] == 19.0)
        await until(lambda: agent.spool.statistics.batches == 0)
    assert receiver.values("A/count_total") == [3.0, *(float(v) for v in range(10, 20))]
    assert list(receiver.sequences().values()) == [list(range(1, len(receiver.batches) + 1))]


async def test_token_wrong_loses_nothing(
    tmp_path: Path, device: Modbus, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.refuse = lambda _: 401
    path = written(tmp_path, receiver, modbus(device.port, "A/state holding:3"))
    async with running(path) as agent:
        await until(lambda: "token" in agent.sender.statistics.trouble)
        await until(lambda: agent.spool.statistics.batches >= 2)
    assert caplog.text.count("collector away") == 1
    receiver.refuse = lambda _: None
    async with running(path):
        await until(lambda: receiver.values("A/state"))
    assert next(iter(receiver.sequences().values()))[:3] == [1, 2, 3]


async def test_a_batch_that_is_refused_for_good_is_set_aside_and_the_rest_goes_on(
    tmp_path: Path, device: Modbus, receiver: Receiver
) -> None:
    def refuse(batch: Batch) -> int | None:
        return 400 if batch.id.sequence == 2 else None

    receiver.refuse = refuse
    async with running(written(tmp_path, receiver, modbus(device.port, "A/state holding:3"))) as agent:
        await until(lambda: receiver.sequences() and max(next(iter(receiver.sequences().values()))) > 3)
        assert agent.spool.statistics.set_aside == 1
    assert 2 not in next(iter(receiver.sequences().values()))


async def test_503_is_waited_for(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    answers = [503, 507, 429]
    receiver.refuse = lambda _: answers.pop() if answers else None
    async with running(written(tmp_path, receiver, modbus(device.port, "A/state holding:3"))):
        await until(lambda: receiver.values("A/state"))
    assert next(iter(receiver.sequences().values()))[0] == 1


async def test_D2_an_unreachable_device(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    device = await Modbus().start()
    await device.stop()
    path = written(tmp_path, receiver, modbus(device.port, "A/state holding:3"))
    async with running(path) as agent:
        await until(lambda: marks(receiver).count(-1.0) >= 3)
        assert "no answer from 127.0.0.1" in agent.lines[0].trouble
        await device.start()
        await until(lambda: 1.0 in marks(receiver))
        assert agent.lines[0].trouble == ""
        await device.stop()
        await until(lambda: marks(receiver)[-2:] == [-1.0, -1.0])
    found = marks(receiver)
    first, last = found.index(1.0), len(found) - 1 - found[::-1].index(1.0)
    assert found[0] == 0.0
    assert set(found[1 : first - 1]) == {-1.0}
    assert found[first - 1] == 0.0
    assert found[last + 1] == 0.0, "what was proven ends with a 0"
    assert set(found[last + 2 :]) == {-1.0}
    assert caplog.text.count("line broken") == 2, "said once when it breaks"


async def test_a_silent_unit_leaves_its_neighbour_alone(
    tmp_path: Path, device: Modbus, receiver: Receiver
) -> None:
    path = written(tmp_path, receiver, modbus(device.port, "A/state holding:3", "B/state holding:4 u16 2"))
    async with running(path) as agent:
        await until(lambda: 1.0 in marks(receiver) and 1.0 in marks(receiver, "m.2"))
        device.failing = {2: 11}
        await until(lambda: marks(receiver, "m.2")[-2:] == [-1.0, -1.0])
        device.put(3, 9)
        await until(lambda: receiver.values("A/state")[-1] == 9.0)
        assert agent.lines[0].devices["m.2"].trouble
        device.failing = {}
        device.put(4, 8, unit=2)
        await until(lambda: marks(receiver, "m.2")[-1] == 1.0)
        await until(lambda: receiver.values("B/state")[-1] == 8.0)
    assert -1.0 not in marks(receiver)
    found = marks(receiver, "m.2")
    assert found[len(found) - found[::-1].index(-1.0)] == 0.0, "a 0, its first values, then the first 1"


async def test_D31_one_register_that_fails_is_bad_before_the_next_1(
    tmp_path: Path, device: Modbus, receiver: Receiver
) -> None:
    path = written(tmp_path, receiver, modbus(device.port, "A/state holding:3", "A/alarm holding:4"))
    async with running(path) as agent:
        await until(lambda: 1.0 in marks(receiver))
        device.refused = {4: 4}
        await until(lambda: receiver.rows("A/alarm")[-1][4] == 2)
        assert "device failure" in agent.status()["connections"][0]["devices"][0]["tags"][1]["error"]
    assert receiver.rows("A/state")[-1][4] == 0
    good, bad = receiver.rows("A/alarm")[-2:]
    assert (good[2], bad[1] - good[1]) == (4.0, 1)


async def test_D31_a_slow_device(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    connection = modbus(device.port, "A/state holding:3").replace(
        "resolution: 5", "time_error: 0.05, resolution: 5"
    )
    async with running(written(tmp_path, receiver, connection)) as agent:
        await until(lambda: 1.0 in marks(receiver))
        device.delay = {1: 0.15}
        await until(lambda: agent.lines[0].sampler.counts.get("late_reading", 0) >= 2)
        await until(lambda: receiver.rows("A/state")[-1][4] == 2)
        device.delay = {}
        await until(lambda: receiver.rows("A/state")[-1][2] == 3.0)


async def test_D4_keyframes(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    path = written(tmp_path, receiver, modbus(device.port, "A/state holding:3"), keyframe="0.5")
    async with running(path):
        await until(lambda: len(receiver.rows("A/state")) >= 4)
    borders = {ts // (NS // 2) for _, ts, *_ in receiver.rows("A/state")[1:]}
    assert len(borders) == len(receiver.rows("A/state")) - 1


async def test_D2_a_step_of_the_wall_clock(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    ahead = [0]
    clock = Clock(lambda: time.time_ns() + ahead[0], time.monotonic_ns)
    async with running(written(tmp_path, receiver, modbus(device.port, "A/state holding:3")), clock) as agent:
        await until(lambda: 1.0 in marks(receiver))
        ahead[0] = -3600 * NS
        await until(lambda: agent.counts.get("clock_steps") == 1)
        await until(
            lambda: any(
                ts < time.time_ns() - 1800 * NS for _, ts, v, *_ in receiver.rows("@m.1/link") if v == 1
            )
        )
        back = [row for row in receiver.rows("A/state") if row[1] < time.time_ns() - 1800 * NS]
        assert [row[2] for row in back] == [3.0], "its first value in the new time"


async def test_it_ends_in_time_although_the_collector_hangs(
    tmp_path: Path, device: Modbus, receiver: Receiver
) -> None:
    hanging, go = threading.Event(), threading.Event()

    def hang(_: Batch) -> int:
        hanging.set()
        go.wait(20)
        return 503

    receiver.refuse = hang
    async with running(written(tmp_path, receiver, modbus(device.port, "A/state holding:3"))):
        await until(hanging.is_set)
    go.set()


async def test_a_full_spool_is_counted_and_shown(tmp_path: Path, device: Modbus, receiver: Receiver) -> None:
    receiver.refuse = lambda _: 503
    path = written(
        tmp_path, receiver, modbus(device.port, *(f"A/x_{i} holding:{i}" for i in range(100))),
        spool=f'{{path: "{tmp_path}/s.db", max_bytes: 100000, when_full: refuse_new}}', keyframe="0.02", flush="0.1",
    )  # fmt: skip
    async with running(path) as agent:
        await until(lambda: agent.counts.get("rows_refused", 0) > 0, 20)
        status = agent.status()
        assert status["spool"]["refused_batches"] > 0
        receiver.refuse = lambda _: None
        await until(lambda: agent.spool.statistics.batches < 20, 20)
    numbers = next(iter(receiver.sequences().values()))
    assert len(numbers) < numbers[-1], "the collector sees the hole"


async def test_two_lines_of_which_one_has_a_bug(
    tmp_path: Path, device: Modbus, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(
        tmp_path,
        receiver,
        modbus(device.port, "A/state holding:3"),
        modbus(device.port, "B/state holding:4", name="n"),
    )
    async with running(path) as agent:
        await until(lambda: receiver.values("A/state") and receiver.values("B/state"))
        agent.lines[1].sampler.take = None  # type: ignore[method-assign,assignment]
        await until(lambda: "a bug" in agent.lines[1].trouble)
        device.put(3, 77)
        await until(lambda: receiver.values("A/state")[-1] == 77.0)
    assert "Traceback" in caplog.text
    await asyncio.sleep(0)
