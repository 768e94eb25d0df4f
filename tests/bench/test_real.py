"""The engine over data that nobody here made, where they are; and small logs with all that hurts in them, everywhere."""

import gzip
from argparse import ArgumentParser
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bench import real
from bench.rig.machine_days import MachineDay, machine_days
from bench.rig.metered_year import ZONE, MeteredYear, hundredths, metered_year
from bench.rig.mtconnect import Log, held_for, link_rows, machines_in, read_log, state_rows, state_words
from bench.rig.quarter_hours import QUARTER, read_table, register, tables_in
from bench.rig.real_page import page
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import HOUR, from_datetime, parse_instant
from evidence_engine.vocabulary.samples import BAD, GOOD

HEAD = (
    "date,Usage_kWh,Lagging_Current_Reactive.Power_kVarh,Leading_Current_Reactive_Power_kVarh,CO2(tCO2),"
    "Lagging_Current_Power_Factor,Leading_Current_Power_Factor,NSM,WeekStatus,Day_of_week,Load_Type"
)


def at(clock: str, day: str = "2020-03-02") -> int:
    return parse_instant(f"{day}T{clock}Z", ZONE)


def log_of(folder: Path, lines: list[str], name: str = "Mill07-20200302-20200303.txt") -> Log:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(f"2020-03-02T{line}\n" for line in lines), encoding="utf-8")
    machines = machines_in(folder)
    assert list(machines) == [name.partition("-")[0]]
    return read_log(name.partition("-")[0], machines[name.partition("-")[0]])


class TestLogs:
    def test_unavailable_is_unknown_and_never_off(self, tmp_path: Path) -> None:
        log = log_of(
            tmp_path,
            ["08:00:00Z|execution|ACTIVE", "08:00:00Z|mode|AUTOMATIC", "08:05:00Z|execution|UNAVAILABLE"],
        )
        state = state_rows(log, held_for(600.0))
        assert state.ts.tolist() == [at("08:00:00"), at("08:05:00")]
        assert state.quality.tolist() == [GOOD, BAD]
        assert state_words(state) == {"ACTIVE AUTOMATIC": "producing"}

    def test_a_state_is_known_no_longer_than_each_of_its_items(self, tmp_path: Path) -> None:
        log = log_of(
            tmp_path,
            ["08:00:00Z|mode|AUTOMATIC", "08:09:00Z|execution|ACTIVE", "08:30:00Z|execution|READY"],
        )
        state = state_rows(log, held_for(600.0))
        clock = ["08:00:00", "08:09:00", "08:10:00", "08:30:00"]
        assert state.ts.tolist() == [at(one) for one in clock]
        assert state.quality.tolist() == [BAD, GOOD, BAD, BAD]

    def test_modes_by_hand_are_setup_and_faults_make_a_stop_a_breakdown(self, tmp_path: Path) -> None:
        log = log_of(
            tmp_path,
            [
                "08:00:00Z|execution|ACTIVE",
                "08:00:00Z|mode|MANUAL",
                "08:01:00Z|mode|AUTOMATIC",
                "08:02:00Z|system_cond|Fault|12|||JAM",
                "08:02:00Z|execution|FEED_HOLD",
                "08:03:00Z|system_cond|Normal||||",
                "08:04:00Z|execution|SPINNING_BACKWARDS",
            ],
        )
        state = state_rows(log, held_for(600.0))
        words = state_words(state)
        said = [words.get(text or "") for text in state.text or ()]
        assert said == ["setup", "producing", "down", "idle", None, None]

    def test_rows_out_of_order_repeated_overruled_and_refused_are_counted(self, tmp_path: Path) -> None:
        log = log_of(
            tmp_path,
            [
                "08:10:00Z|execution|ACTIVE",
                "08:05:00Z|execution|UNAVAILABLE",
                "08:10:00Z|execution|ACTIVE",
                "08:12:00Z|execution|READY",
                "08:12:00Z|execution|STOPPED",
                "no row at all",
            ],
        )
        assert (log.late, log.replayed, log.repeated, log.overruled) == (1, 1, 1, 1)
        assert [(name, line) for name, line, _ in log.refused] == [("Mill07-20200302-20200303.txt", 6)]
        assert [row.value for row in log.rows] == ["UNAVAILABLE", "ACTIVE", "STOPPED"]

    def test_a_replayed_row_is_no_proof_of_contact(self, tmp_path: Path) -> None:
        log = log_of(
            tmp_path,
            ["08:10:00Z|execution|ACTIVE", "08:05:00Z|mode|AUTOMATIC", "08:11:00Z|execution|UNAVAILABLE"],
        )
        link = link_rows(log)
        assert link.ts.tolist() == [at("08:05:00") - 1, at("08:10:00"), at("08:11:00")]
        assert link.value.tolist() == [0.0, 1.0, 0.0]

    def test_the_rows_prove_what_a_bare_log_does_not(self, tmp_path: Path) -> None:
        day = self._half_an_hour(tmp_path)
        bare, proven = (r.records["equipment.availability"].result for r in (day.bare, day.proven))
        assert day.ahead == 0.0
        assert proven.value == 1.0
        assert proven.low is not None
        assert proven.low > 0.99
        assert bare.low is not None
        assert bare.low < 0.34  # ten minutes of thirty
        assert bare.high == 1.0
        assert not list(real.contradictions([day]))

    def test_a_counter_that_comes_back_at_zero_is_a_reset(self, tmp_path: Path) -> None:
        lines = [
            "08:00:00Z|execution|ACTIVE",
            "08:00:00Z|mode|AUTOMATIC",
            *(f"08:0{n}:00Z|PartCountAct|{40 + n}" for n in range(6)),
            "08:05:30Z|PartCountAct|UNAVAILABLE",
            *(f"08:{n:02}:00Z|PartCountAct|{n - 6}" for n in range(6, 30)),
        ]
        (day,) = machine_days([log_of(tmp_path, lines)])
        assert day.refused["`PartCountAct`: a step taken for reset"] == 1
        count = day.proven.records["production.count_total"].result
        assert count.value == 5 + 23
        assert count.high is None  # what was lost before the reset has no limit

    def test_days_out_of_order_in_a_file_are_the_same_days(self, tmp_path: Path) -> None:
        first, second = self._two_days()
        in_order, turned = (
            machine_days([self._read(tmp_path / name, lines)])
            for name, lines in (("a", [*first, *second]), ("b", [*second, *first]))
        )
        assert [day.day for day in turned] == [day.day for day in in_order] == ["2016-10-24", "2016-10-25"]
        assert turned[0].log.late == len(first)
        for one, other in zip(in_order, turned, strict=True):
            assert one.proven.records["equipment.availability"].coverage > 0.99
            for kpi, record in one.proven.records.items():
                assert other.proven.records[kpi].result == record.result

    def _two_days(self) -> tuple[list[str], list[str]]:
        def minute(day: int, n: int, what: str) -> str:
            return f"2016-10-{day}T07:{n:02}:00.5Z|{what}"

        def lines(day: int) -> list[str]:
            start = [minute(day, 0, "execution|ACTIVE"), minute(day, 0, "mode|AUTOMATIC")]
            return [*start, *(minute(day, n, f"auto_time|{n * 60}") for n in range(59))]

        return lines(24), lines(25)

    def _read(self, folder: Path, lines: list[str]) -> Log:
        folder.mkdir()
        path = folder / "GFAgie01-20161024-20161025.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_log("GFAgie01", [path])

    def test_no_execution_leaves_the_state_unknown(self, tmp_path: Path) -> None:
        (day,) = machine_days([log_of(tmp_path, ["08:00:00Z|mode|AUTOMATIC", "08:10:00Z|program|7"])])
        assert day.proven.states["producing"].plain == 0.0
        assert "auto_time" not in day.proven.registers
        assert "Mill07, 2020-03-02" in page([day], [])

    def test_a_log_without_a_word_gives_no_day(self, tmp_path: Path) -> None:
        assert machine_days([log_of(tmp_path, ["08:00:00Z|execution|UNAVAILABLE"])]) == []

    def _half_an_hour(self, folder: Path) -> MachineDay:
        """Producing all the time, said once, while the counter of seconds ticks."""
        ticks = [
            f"08:{second // 60:02}:{second % 60:02}Z|total_time|{1000 + second}" for second in range(1800)
        ]
        (day,) = machine_days(
            [log_of(folder, ["08:00:00Z|execution|ACTIVE", "08:00:00Z|mode|AUTOMATIC", *ticks])]
        )
        return day


class TestTables:
    def test_midnight_with_the_old_date_ends_its_day(self, tmp_path: Path) -> None:
        table = read_table(self._written(tmp_path, ["01/05/2020 23:45,1", "01/05/2020 00:00,2"]), ZONE)
        assert table.midnights == 1
        assert table.quarters[-1].end == from_datetime(datetime(2020, 5, 2, tzinfo=ZONE))

    def test_a_midnight_with_the_right_date_stays(self, tmp_path: Path) -> None:
        table = read_table(self._written(tmp_path, ["01/05/2020 23:45,1", "02/05/2020 00:00,2"]), ZONE)
        assert (table.midnights, table.missing) == (0, 0)

    def test_a_register_starts_again_where_rows_are_missing(self) -> None:
        rows = register([QUARTER, 2 * QUARTER, 5 * QUARTER], [Decimal("0.1"), Decimal("0.2"), Decimal("0.4")])
        assert rows.ts.tolist() == [0, QUARTER, 2 * QUARTER, 4 * QUARTER, 5 * QUARTER]
        assert rows.value.tolist() == [0.0, 0.1, 0.3, 0.0, 0.4]

    def test_bad_and_doubled_rows_are_counted(self, tmp_path: Path) -> None:
        lines = ["01/05/2020 00:15,1", "01/05/2020 00:15,2", "tomorrow,3", "01/05/2020 00:30,much"]
        table = read_table(self._written(tmp_path, lines), ZONE)
        assert (len(table.quarters), table.doubled, [line for line, _ in table.refused]) == (1, 1, [4, 5])

    def test_demand_load_rate_and_power_factor_of_known_quarters(self, tmp_path: Path) -> None:
        lines = [
            f"01/05/2020 {n // 4:02}:{n % 4 * 15:02},{100 if n == 40 else 10},{75 if n == 40 else 7.5}"
            for n in range(1, 96)
        ]
        year = metered_year(read_table(self._written(tmp_path, lines), ZONE))
        whole = year.but_last
        assert whole.demand.fixed.value == 400.0
        assert whole.demand.fixed.low == pytest.approx(399.96)
        assert whole.demand.fixed.high == pytest.approx(400.04)
        assert whole.demand.sliding == pytest.approx(440.08)
        assert whole.power_factor.value == pytest.approx(0.8)
        assert whole.load_rate.value == pytest.approx((93 * 10 + 100) / (94 * 100))
        assert not list(real.sums_that_differ([year]))

    def _written(self, folder: Path, rows: list[str]) -> Path:
        """Rows `time,kWh[,kvarh]`, packed as a download may be."""
        parts = [row.split(",") for row in rows]
        lines = [
            f"{time},{kwh},{(*more, '0')[0]},0,0,80,100,0,Weekday,Friday,Light_Load"
            for time, kwh, *more in parts
        ]
        path = folder / "table.csv.gz"
        path.write_bytes(gzip.compress("\n".join(["\ufeff" + HEAD, *lines]).encode()))
        assert tables_in(folder) == [path]
        return path


class TestCommand:
    def test_a_folder_without_data_says_where_to_get_them(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="where the public gets them"):
            real.run(tmp_path)

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="no such folder"):
            real.run(tmp_path / "absent")

    def test_one_log_makes_a_page(self, tmp_path: Path) -> None:
        log_of(
            tmp_path, ["08:00:00Z|execution|ACTIVE", "08:00:00Z|mode|AUTOMATIC", "08:09:00Z|execution|READY"]
        )
        parser = ArgumentParser()
        real.add_arguments(parser)
        args = parser.parse_args(["--data", str(tmp_path), "--out", str(tmp_path / "page.md")])
        assert real.main(args) == 0
        assert "### Mill07, 2020-03-02" in (tmp_path / "page.md").read_text(encoding="utf-8")


Found = tuple[list[MachineDay], list[MeteredYear]]


@pytest.fixture(scope="module")
def public() -> Found:
    """The run over the public data, once; skipped where they are not."""
    folder = real.data_folder()
    if folder is None or not folder.is_dir():
        pytest.skip(
            f"the public data are not here; ${real.VARIABLE} names their folder, docs/real-data.md their source"
        )
    return real.run(folder)


class TestPublicData:
    def test_nothing_contradicts_itself(self, public: Found) -> None:
        days, years = public
        assert not [*real.contradictions(days), *real.sums_that_differ(years)]

    def test_all_time_is_in_some_state_or_unknown(self, public: Found) -> None:
        for day in public[0]:
            hours = (day.window.end - day.window.start) / HOUR
            for reading in (day.bare, day.proven):
                assert sum(one.plain for one in reading.states.values()) == pytest.approx(hours)
                assert all(one.least <= one.most for one in reading.states.values())

    def test_no_machine_is_called_off(self, public: Found) -> None:
        """These controls have no word for it: UNAVAILABLE is unknown."""
        assert all(day.proven.states["off"].plain == 0.0 for day in public[0])

    def test_a_bare_log_admits_that_it_knows_less(self, public: Found) -> None:
        for day in public[0]:
            bare, proven = (
                day.bare.records["equipment.availability"],
                day.proven.records["equipment.availability"],
            )
            assert "no_link_max_hold" in {item.code for item in bare.limitations}
            assert bare.coverage < proven.coverage

    def test_the_counter_of_power_on_time_agrees_with_the_clock(self, public: Found) -> None:
        """Over a recording in which the control was on, its own seconds are ours, to one in a thousand."""
        for day in public[0]:
            assert day.ahead is None or abs(day.ahead) < 60.0
            taken = day.proven.registers.get("total_time")
            if taken is not None and taken.high is not None:
                hours = (day.window.end - day.window.start) / HOUR
                assert taken.high / 1e6 >= hours * 0.999
                assert (taken.low or 0) / 1e6 <= hours * 1.001

    def test_a_year_of_quarter_hours_is_bounded_to_the_step(self, public: Found) -> None:
        for year in public[1]:
            assert not year.table.missing
            for record in year.days[:-1]:
                result = record.result
                assert result.low is not None
                assert result.high is not None
                assert round(100 * (result.high - result.low)) == 2
            assert sum(map(hundredths, year.days)) == hundredths(year.whole.energy)

    def test_the_page_is_the_same_from_the_same_run(self, public: Found) -> None:
        text = page(*public)
        assert text == page(*public)
        assert "nan" not in text.lower().split()
