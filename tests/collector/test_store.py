"""The lake: the store's contract, sealed and unsealed alike; killed, cut off or full at any moment nothing is lost."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.store.base import StoreDamaged, StoreFull, StoreInUse
from collector.store.columns import Column, Rows
from collector.store.delta import SealedTable, sealed_rows
from collector.store.lake import Lake, read_lake
from collector.store.opening import open_store, read_store
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.instants import HOUR
from tests.contracts.check_store import ALL, batch_of, check_store, listed

ROOT = Path(__file__).parents[2]


class SealingLake(Lake):
    """Seals after every append."""

    def append(self, batch: Batch, *, body: bytes | None = None, aside: Batch | None = None) -> bool:
        new = super().append(batch, body=body, aside=aside)
        self.seal(10 * HOUR)
        return new


@pytest.mark.parametrize("kind", [Lake, SealingLake])
def test_contract(kind: type[Lake], tmp_path: Path) -> None:
    check_store(lambda: kind(tmp_path / "store"))


def rows_over(hours: int, sequence: int, step: int = HOUR // 4) -> Batch:
    times = range(sequence, hours * HOUR, step)
    return batch_of(sequence, [(s, t, float(t % 97)) for t in times for s in ("A/state", "B/power_active")])


def state_of(lake: Lake) -> dict[str, list[tuple[int, float, int]]]:
    return {name: listed(lake.read(name, ALL)) for name in lake.series()}


def test_sealed_hours_equal_unsealed(tmp_path: Path) -> None:
    batches = [
        rows_over(5, 1),
        rows_over(7, 2),
        batch_of(3, [("A/state", 1, 42.0), ("@a/link", HOUR * 6, 1.0)]),
    ]
    with Lake(tmp_path / "plain") as plain, Lake(tmp_path / "sealed") as sealed:
        for number, batch in enumerate(batches):
            plain.append(batch)
            sealed.append(batch)
            assert sealed.seal((2 + 2 * number) * HOUR + 17) == 1
        expected = state_of(plain)
        assert state_of(sealed) == expected
        assert sealed.snapshot() == plain.snapshot()
        assert 0 < sealed.statistics().waiting < plain.statistics().waiting
    with Lake(tmp_path / "sealed") as again:
        assert state_of(again) == expected


def test_a_seal_takes_closed_hours_only(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        lake.append(rows_over(3, 1))
        assert lake.seal(HOUR + HOUR // 2) == 1
        assert lake.seal(HOUR + HOUR // 2) == 0
    table = dict(SealedTable(tmp_path / "lake").series())
    assert table["A/state"].ts.max() < HOUR
    assert len(table["A/state"]) == 4


def test_late_row_for_a_sealed_hour_wins(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        lake.append(batch_of(1, [("A/state", 5, 1.0)]))
        lake.seal(HOUR)
        lake.append(batch_of(2, [("A/state", 5, 2.0)]))
        lake.seal(HOUR)
        assert lake.statistics().waiting == 0
    with Lake(tmp_path) as lake:
        assert listed(lake.read("A/state", ALL)) == [(5, 2.0, 0)]


def test_seals_are_cut_into_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.store.lake.ROWS_PER_SEAL", 10)
    with Lake(tmp_path) as lake:
        for sequence in range(1, 6):
            lake.append(rows_over(1, sequence))
        assert lake.seal(HOUR) == 5
        expected = state_of(lake)
    with Lake(tmp_path) as lake:
        assert state_of(lake) == expected


@pytest.mark.parametrize("moment", ["begun", "written"])
def test_a_seal_cut_off_is_finished_at_start(moment: str, tmp_path: Path) -> None:
    """Cut off after it was decided, or after the lake has it and before the inbox forgot: nothing twice, nothing lost."""
    with Lake(tmp_path) as lake:
        lake.append(rows_over(2, 1))
        expected = state_of(lake)
        seal = lake._inbox.begin_seal(HOUR, 1000)
        assert seal is not None
        if moment == "written":
            SealedTable(tmp_path / "lake").write(seal.number, sealed_rows(list(lake._inbox.kept(seal)), HOUR))
    with Lake(tmp_path) as lake:
        assert lake._inbox.pending_seal() is None
        assert SealedTable(tmp_path / "lake").sealed() == 1
        assert state_of(lake) == expected
    assert sum(len(rows) for _, rows in SealedTable(tmp_path / "lake").series()) == 8


@pytest.mark.parametrize("wound", ["empty log", "half log", "short file", "file gone"])
def test_commit_torn_by_a_power_cut_is_written_again(wound: str, tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        lake.append(rows_over(2, 1))
        lake.seal(HOUR)
        expected = state_of(lake)
        seal = lake._inbox.begin_seal(2 * HOUR, 1000)
        assert seal is not None
        SealedTable(tmp_path / "lake").write(seal.number, sealed_rows(list(lake._inbox.kept(seal)), 2 * HOUR))
    log = max((tmp_path / "lake/_delta_log").glob("*.json"))
    newest = max((tmp_path / "lake").glob("day=*/*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    match wound:
        case "empty log":
            log.write_bytes(b"")
        case "half log":
            log.write_bytes(log.read_bytes()[:100])
        case "short file":
            newest.write_bytes(newest.read_bytes()[:-7])
        case "file gone":
            newest.unlink()
    with Lake(tmp_path) as lake:
        assert state_of(lake) == expected
    assert list((tmp_path / "lake/_delta_log").glob("*.torn")), "set aside, not deleted"
    with Lake(tmp_path) as lake:
        assert state_of(lake) == expected


def test_killed_between_acknowledgement_and_seal(tmp_path: Path) -> None:
    """kill -9 right after append returned: the batch is there."""
    program = textwrap.dedent("""
        import sys, pathlib
        from collector.store.lake import Lake
        from tests.contracts.check_store import batch_of
        lake = Lake(pathlib.Path(sys.argv[1]))
        for sequence in range(1, 10_000):
            lake.append(batch_of(sequence, [("A/state", sequence, 1.0)]))
            print(sequence, flush=True)
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert process.stdout is not None
    acknowledged = 0
    while acknowledged < 25:
        acknowledged = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = int((process.communicate()[0].split() or [acknowledged])[-1])
    with Lake(tmp_path) as lake:
        stored = lake.read("A/state", ALL).ts.tolist()
    assert stored[:acknowledged] == list(range(1, acknowledged + 1))
    assert len(stored) - acknowledged in (0, 1)


def fill(lake: Lake, numbered: Callable[[int], Batch]) -> None:
    for sequence in range(1, 1000):
        lake.append(numbered(sequence))


def test_full_inbox_refuses_and_loses_nothing(tmp_path: Path) -> None:
    with Lake(tmp_path, max_inbox_bytes=200_000) as lake:
        noise = np.random.default_rng(1).random(2000)

        def numbered(sequence: int) -> Batch:
            return batch_of(
                sequence, [("A/power_active", sequence * 10_000 + i, v) for i, v in enumerate(noise)]
            )

        with pytest.raises(StoreFull, match="no room"):
            fill(lake, numbered)
        sequence = lake.statistics().arrivals + 1
        held = len(lake.read("A/power_active", ALL))
        assert held == (sequence - 1) * 2000
        lake.seal(HOUR)
        assert lake.append(numbered(sequence)), "sealing made room"
    with Lake(tmp_path) as lake:
        assert len(lake.read("A/power_active", ALL)) == held + 2000


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, so small that it fills."""
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True
    ).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_full_disk_refuses_loses_nothing_and_goes_on_with_more_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.store.lake.BALLAST", 1 << 20)
    monkeypatch.setattr("collector.store.lake.ROWS_IN_NEED", 10_000)
    noise = np.random.default_rng(1).random(4000)

    def numbered(sequence: int) -> Batch:
        return batch_of(sequence, [("A/power_active", sequence * 10_000 + i, v) for i, v in enumerate(noise)])

    with small_disk(tmp_path / "disk", 12) as disk:
        with Lake(disk / "store") as lake:
            assert (disk / "store/ballast").exists()
            with pytest.raises(StoreFull, match="no room"):
                fill(lake, numbered)
            held = lake.statistics().rows
            with pytest.raises(StoreFull):
                lake.seal(HOUR)
            assert lake.statistics().rows == held
        with Lake(disk / "store") as lake:
            assert lake.statistics().rows == held, "a full disk is no reason not to start"
            subprocess.run(["mount", "-o", "remount,size=40m", disk], check=True)
            assert lake.seal(HOUR) > 0
            assert lake.statistics().waiting == 0
            assert (disk / "store/ballast").exists()
            assert lake.append(numbered(1000))
        with Lake(disk / "store") as lake:
            assert lake.statistics().rows == held + 4000


def test_second_owner_is_refused(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        with pytest.raises(StoreInUse, match="another process"):
            Lake(tmp_path)
        lake.append(rows_over(2, 1))
        lake.seal(HOUR)
        columns, snapshot = read_lake(tmp_path)
        assert snapshot == lake.snapshot()
        assert {name: listed(samples) for name, samples in columns.items()} == state_of(lake)
    Lake(tmp_path).close()


def test_addresses(tmp_path: Path) -> None:
    open_store(f"file://{tmp_path}/a%20b").close()
    assert (tmp_path / "a b" / "inbox.db").exists()
    assert read_store(str(tmp_path / "a b"))[0] == {}
    with pytest.raises(BadInput, match="unknown kind 'ftp'"):
        open_store("ftp://x")
    with pytest.raises(BadInput, match="no store here"):
        read_store(str(tmp_path / "nothing"))


def test_damaged_inbox_is_named(tmp_path: Path) -> None:
    (tmp_path / "inbox.db").write_bytes(b"no database at all, but long enough to be looked at" * 50)
    with pytest.raises(StoreDamaged, match=r"inbox\.db"):
        Lake(tmp_path)


ROWS = st.lists(st.tuples(st.integers(0, 12), st.floats(), st.integers(0, 2)), max_size=8)


@settings(deadline=None, max_examples=150)
@given(st.lists(ROWS, max_size=6))
def test_column_equals_a_dictionary(chunks: list[list[tuple[int, float, int]]]) -> None:
    column, twin = Column(), dict[int, tuple[float, int]]()
    for chunk in chunks:
        chunk.sort(key=lambda row: row[0])
        ts, value, quality = ([row[i] for row in chunk] for i in range(3))
        column.append(Rows(np.array(ts, np.int64), np.array(value, float), np.array(quality, np.uint8)))
        twin |= {t: (v, q) for t, v, q in chunk}
    view = column.view()
    assert view.ts.tolist() == sorted(twin)
    assert np.array_equal(view.value, [twin[t][0] for t in sorted(twin)], equal_nan=True)
    assert view.quality.tolist() == [twin[t][1] for t in sorted(twin)]


LINK = "@press.1/link"


def links_of(lake: Lake) -> list[tuple[int, float]]:
    return [(ts, value) for ts, value, _ in listed(lake.read(LINK, ALL))]


def test_D2_a_new_spool_under_way_is_a_hole(tmp_path: Path) -> None:
    """A corrupt spool is set aside while the agent runs on: what it held never comes, and no 0 of the agent tells."""
    with Lake(tmp_path) as lake:
        lake.append(batch_of(1, [(LINK, 10, 1.0)]))
        lake.append(batch_of(1, [(LINK, 40, 1.0)], epoch="e2"))
        lake.append(batch_of(2, [(LINK, 70, 1.0)], epoch="e2"))
        assert links_of(lake) == [(10, 1.0), (11, 0.0), (40, 1.0), (70, 1.0)]


def test_D29_each_imported_file_is_whole_in_itself(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        lake.append(batch_of(0, [(LINK, 10, 1.0)], agent="import", epoch="file-1"))
        lake.append(batch_of(0, [(LINK, 40, 1.0)], agent="import", epoch="file-2"))
        assert links_of(lake) == [(10, 1.0), (40, 1.0)]
        assert lake.statistics().gaps == 0


def test_D2_a_hole_after_the_clock_was_set_back(tmp_path: Path) -> None:
    """The 0 stands after the row that came last, not after the greatest stamp that ever came."""
    with Lake(tmp_path) as lake:
        lake.append(batch_of(1, [(LINK, 9_000, 1.0)]))
        lake.append(batch_of(2, [(LINK, 100, 0.0), (LINK, 110, 1.0)]))
        lake.append(batch_of(4, [(LINK, 140, 1.0)]))
        assert links_of(lake) == [(100, 0.0), (110, 1.0), (111, 0.0), (140, 1.0), (9_000, 1.0)]


def of_run(boot: str, sequence: int, ts: int) -> Batch:
    return replace(batch_of(sequence, [(LINK, ts, 1.0)]), boot=boot)


def test_D6_a_number_that_another_run_used_is_no_repeat(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A machine was put back to an older image: the spool counts on from 2 again, with rows that are new."""
    with Lake(tmp_path) as lake:
        for sequence, ts in ((1, 10), (2, 40), (3, 70)):
            assert lake.append(of_run("first", sequence, ts))
        lake.seal(HOUR)
        assert not lake.append(of_run("first", 2, 40)), "a repeat, also of what is sealed"
        assert lake.append(of_run("second", 2, 90))
        assert lake.append(of_run("second", 3, 95))
        assert not lake.append(of_run("second", 3, 95))
        assert lake.append(of_run("second", 4, 99))
        assert links_of(lake) == [(t, 1.0) for t in (10, 40, 70)] + [
            (71, 0.0),
            (90, 1.0),
            (95, 1.0),
            (99, 1.0),
        ]
    assert caplog.text.count("came before, with other rows") == 1


def test_D6_a_restart_goes_on_in_the_same_spool(tmp_path: Path) -> None:
    with Lake(tmp_path) as lake:
        assert lake.append(of_run("first", 1, 10))
        assert lake.append(of_run("second", 2, 40))
        assert not lake.append(of_run("first", 1, 10))
        assert not lake.append(of_run("second", 2, 40))
        assert links_of(lake) == [(10, 1.0), (40, 1.0)]
