"""An agent process is killed with -9 again and again: nothing that was spooled is lost, nothing counts twice."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_engine.encoding import decode_batch
from tests.connectors.modbus_device import Modbus
from tests.edge_agent.bench import modbus, until, written
from tests.edge_agent.receiver import Receiver

ROOT = Path(__file__).parents[2]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def start(path: Path) -> subprocess.Popen[bytes]:
    log = (path.parent / "log").open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "edge_agent", str(path)], cwd=ROOT, stderr=log, stdout=log
        )


async def count_up(device: Modbus) -> None:
    """The machine makes a piece every 5 ms."""
    piece = 0
    while True:
        device.put(3, piece, ">I")
        piece += 1
        await asyncio.sleep(0.005)


async def test_killed_and_started_again(tmp_path: Path, receiver: Receiver) -> None:
    chance = random.Random(6)
    device = await Modbus().start()
    machine = asyncio.create_task(count_up(device))
    path = written(tmp_path, receiver, modbus(device.port, "A/count_total holding:3 u32"))
    for turn in range(3):
        process = start(path)
        try:
            known = len(receiver.batches)
            await until(lambda known=known: len(receiver.batches) > known + 3, 20)
            if turn == 1:
                receiver.refuse = lambda _: 503  # killed with a full spool
                await asyncio.sleep(0.3)
            await asyncio.sleep(chance.uniform(0, 0.1))
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        receiver.refuse = lambda _: None
    process = start(path)
    await until(lambda: len(receiver.rows("@m.1/facts")) == 4, 20)
    process.terminate()
    assert process.wait(5) == 0
    machine.cancel()
    await device.stop()

    (numbers,) = receiver.sequences().values()
    assert numbers == list(range(1, numbers[-1] + 1)), "nothing that was spooled is lost"
    bodies: dict[int, set[bytes]] = {}
    for batch in receiver.batches:
        bodies.setdefault(batch.id.sequence, set()).add(batch.ts.tobytes() + batch.value.tobytes())
    assert all(len(each) == 1 for each in bodies.values()), "a repeat is the same batch"
    counted = [row[2] for row in receiver.rows("A/count_total") if row[4] == 0]
    assert counted == sorted(counted)
    assert len(counted) > 20
    assert receiver.values("@m.1/link").count(0.0) >= 8, "each start and each connect begins with a 0"


async def test_a_spool_without_a_collector_outlives_the_process(tmp_path: Path, receiver: Receiver) -> None:
    receiver.refuse = lambda _: 503
    device = await Modbus().start()
    path = written(tmp_path, receiver, modbus(device.port, "A/state holding:3"))
    process = start(path)
    await until(lambda: receiver.statuses and receiver.statuses[-1]["spool"]["batches"] >= 3, 20)
    kept = receiver.statuses[-1]["spool"]
    process.kill()
    process.wait()
    receiver.refuse = lambda _: None
    process = start(path)
    await until(lambda: receiver.sequences().get(kept["epoch"], []) and receiver.values("A/state"), 20)
    await until(lambda: len(receiver.sequences()[kept["epoch"]]) > kept["batches"], 20)
    process.terminate()
    assert process.wait(5) == 0
    await device.stop()
    assert receiver.sequences()[kept["epoch"]][:3] == [1, 2, 3]


def test_importing_the_agent_loads_nothing_heavy() -> None:
    code = (
        "import edge_agent.agent, sys;"
        "heavy = {'numba', 'pandas', 'fastapi', 'asyncua', 'openpyxl', 'httpx'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_receiver_reads_what_the_agent_writes() -> None:
    with pytest.raises(ValueError, match="not a readable Arrow stream"):
        decode_batch(b"nonsense")
