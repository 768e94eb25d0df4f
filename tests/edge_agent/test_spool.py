"""The spool keeps its contract, survives corruption, a second agent, its limit and a full disk."""

import errno
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.spool import Spool, SpoolFull
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.batch import BatchId
from tests.contracts.check_spool import check_spool, said


async def opened(path: Path, max_bytes: int = 10_000_000, when_full: str = "drop_oldest") -> Spool:
    return await Spool.open(path, "edge", max_bytes, when_full)


def kilobytes(count: int) -> bytes:
    return os.urandom(count * 1000)


async def test_contract(tmp_path: Path) -> None:
    await check_spool(lambda: opened(tmp_path / "sub" / "spool.db"))


async def test_a_file_that_is_no_database_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(b"not a database at all" * 500)
    spool = await opened(path)
    assert await spool.append(said) == 1
    assert spool.statistics.corrupt_files == 1
    await spool.aclose()
    assert (tmp_path / "spool.db.corrupt-1").read_bytes().startswith(b"not a database")
    assert "spool corrupt" in caplog.text
    assert "spool.db.corrupt-1" in caplog.text


async def test_a_torn_page_is_set_aside_and_the_epoch_is_new(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    spool = await opened(path)
    for _ in range(40):
        await spool.append(lambda _: kilobytes(20))
    old = spool.epoch
    await spool.aclose()
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096 * 30)
    spool = await opened(path)
    assert spool.statistics.corrupt_files == 1
    assert spool.epoch != old
    assert await spool.oldest(10) == []
    await spool.aclose()
    assert [name for name in os.listdir(tmp_path) if "corrupt" in name] == ["spool.db.corrupt-1"]


async def test_a_second_agent_is_told_off(tmp_path: Path) -> None:
    spool = await opened(tmp_path / "spool.db")
    with pytest.raises(BadInput, match="another agent is using this spool"):
        await opened(tmp_path / "spool.db")
    await spool.aclose()


async def test_limit_drops_the_oldest_and_counts(tmp_path: Path) -> None:
    spool = await opened(tmp_path / "spool.db", max_bytes=100_000)
    for _ in range(12):
        await spool.append(lambda _: kilobytes(10))
    assert [sequence for sequence, _ in await spool.oldest(99)] == list(range(3, 13))
    assert spool.statistics.dropped_batches == 2
    assert spool.statistics.used <= 100_000
    assert spool.statistics.hours_left is not None
    await spool.aclose()


async def test_limit_refuses_the_new_and_leaves_a_hole_in_the_numbers(tmp_path: Path) -> None:
    spool = await opened(tmp_path / "spool.db", max_bytes=100_000, when_full="refuse_new")
    for _ in range(10):
        await spool.append(lambda _: kilobytes(10))
    with pytest.raises(SpoolFull):
        await spool.append(lambda _: kilobytes(10))
    assert spool.statistics.refused_batches == 1
    await spool.acknowledge([1])
    assert await spool.append(lambda _: kilobytes(10)) == 12, "the collector sees that 11 is missing"
    await spool.aclose()


async def test_an_overlong_batch_is_refused_whatever_the_policy(tmp_path: Path) -> None:
    spool = await opened(tmp_path / "spool.db", max_bytes=100_000)
    await spool.append(lambda _: kilobytes(10))
    with pytest.raises(SpoolFull):
        await spool.append(lambda _: kilobytes(101))
    assert len(await spool.oldest(9)) == 1
    await spool.aclose()


async def test_what_was_set_aside_is_kept_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    spool = await opened(path)
    await spool.append(said)
    await spool.set_aside(1, "400 wrong")
    assert spool.statistics.set_aside == 1
    await spool.aclose()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT sequence, why FROM aside").fetchall() == [(1, "400 wrong")]
    db.close()


def fill(path: Path) -> None:
    """Write until the disk is full."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        while os.write(file, bytes(4096)):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    finally:
        os.close(file)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_full_disk_drops_the_oldest_and_goes_on(small_disk: Path) -> None:
    spool = await opened(small_disk / "spool.db", max_bytes=100_000_000)
    last = 0
    for _ in range(120):
        last = await spool.append(lambda _: kilobytes(40))
    kept = [sequence for sequence, _ in await spool.oldest(999)]
    assert kept[-1] == last
    assert kept == list(range(kept[0], last + 1))
    assert spool.statistics.dropped_batches == kept[0] - 1 > 0
    await spool.acknowledge(kept)
    assert await spool.oldest(9) == []
    assert await spool.append(said) == last + 1
    await spool.aclose()


async def test_full_disk_refuses_the_new_and_still_lets_go_of_the_old(small_disk: Path) -> None:
    spool = await opened(small_disk / "spool.db", max_bytes=100_000_000, when_full="refuse_new")
    kept: list[int] = []

    async def fill_up() -> None:
        while True:
            kept.append(await spool.append(lambda _: kilobytes(40)))

    with pytest.raises(SpoolFull):
        await fill_up()
    assert len(kept) > 10
    assert [sequence for sequence, _ in await spool.oldest(999)] == kept
    await spool.acknowledge(kept)
    assert await spool.oldest(9) == []
    assert await spool.append(said) > kept[-1]
    await spool.aclose()


async def test_full_disk_filled_by_somebody_else(small_disk: Path) -> None:
    spool = await opened(small_disk / "spool.db", when_full="refuse_new")
    numbers = [await spool.append(lambda _: kilobytes(20)) for _ in range(10)]
    fill(small_disk / "other")
    with pytest.raises(SpoolFull):
        await spool.append(lambda _: kilobytes(400))
    await spool.acknowledge(numbers)
    assert await spool.oldest(9) == []
    (small_disk / "other").unlink()
    await spool.append(said)
    assert len(await spool.oldest(9)) == 1
    await spool.aclose()


async def test_the_number_is_the_spools(tmp_path: Path) -> None:
    spool = await opened(tmp_path / "spool.db")
    seen: list[BatchId] = []

    def encode(number: BatchId) -> bytes:
        seen.append(number)
        return b"x"

    await spool.append(encode)
    assert seen == [BatchId("edge", spool.epoch, 1)]
    await spool.aclose()
