"""The example of docs/kpi: a plant, a morning of its samples and the papers that go with them, small enough to read.

`plant.yaml` and `samples.csv` are what `floortruth import` takes; papers stand here.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from evidence_engine.documents import read_yaml
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.orders import Attendance, Inspection, OrderRun, Papers
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.roles import role_of, series_name
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.states import STATE_WORDS
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.work_orders import WorkOrder

DAY = "2026-11-24"


@dataclass(frozen=True, slots=True)
class Row:
    """One sample as the file has it."""

    ts: int
    series: str
    value: str


@dataclass(frozen=True, slots=True)
class Example:
    """All that the engine is given, and the windows that it is asked for: the shift, and the month that holds it."""

    plant: Plant
    history: History
    windows: tuple[Window, ...]
    rows: tuple[Row, ...]


def example() -> Example:
    """Read it."""
    plant = read_yaml(_text("plant.yaml"), "plant.yaml", Plant)
    rows = tuple(_rows(plant))
    by_series: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_series[row.series].append(row)
    start = min(row.ts for row in rows)
    history = History(
        {name: _samples(name, found) for name, found in by_series.items()},
        {name: [(start, facts)] for name, facts in plant.connections.items()},
        plan=_plan(plant),
        papers=_papers(plant),
        snapshot="example",
    )
    shift = Window(_at("08:00", plant), _at("12:00", plant), "shift", DAY)
    first, last = (parse_instant(day, plant.zone) for day in ("2026-11-01", "2026-12-01"))
    month = Window(first, last, "month", "2026-11")
    return Example(plant, history, (shift, month), rows)


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _rows(plant: Plant) -> Iterator[Row]:
    for row in csv.DictReader(_text("samples.csv").splitlines()):
        series = series_name(row["asset"], row["role"])
        yield Row(parse_instant(row["ts"], plant.zone), series, row["value"])


def _samples(name: str, rows: list[Row]) -> Samples:
    ts = [row.ts for row in rows]
    is_word = any(row.value in STATE_WORDS for row in rows) or role_of(name.rpartition("/")[2]).is_text
    if is_word:
        return samples_of(ts, [float("nan")] * len(ts), None, [row.value for row in rows])
    return samples_of(ts, [float(row.value) for row in rows])


def _at(clock: str, plant: Plant) -> int:
    return parse_instant(f"{DAY}T{clock}", plant.zone)


def _plan(plant: Plant) -> tuple[PlanEntry, ...]:
    """One entry inside of the shift, and one that is still open when it ends."""
    return tuple(
        PlanEntry(asset=asset, product="A", start=_at(start, plant), end=_at(end, plant), quantity=quantity)
        for asset, start, end, quantity in (("M2", "08:30", "11:30", 150), ("M1", "08:00", "12:30", 180))
    )


def _work_orders(plant: Plant) -> tuple[WorkOrder, ...]:
    """The alarm at 9:30 was repaired; a belt was changed as planned."""
    repair = WorkOrder(
        id="W-1",
        asset="M1",
        kind="corrective",
        alarm=_at("09:30", plant),
        opened=_at("09:31", plant),
        started=_at("09:34", plant),
        finished=_at("09:42", plant),
        closed=_at("09:50", plant),
        cause="chip conveyor",
        closed_by="shift leader",
    )
    belt = WorkOrder(
        id="W-2",
        asset="M2",
        kind="preventive",
        opened=_at("08:00", plant),
        started=_at("08:02", plant),
        finished=_at("08:14", plant),
    )
    return (repair, belt)


def _papers(plant: Plant) -> Papers:
    """An order on both machines, the people who were there, and ten parts that were measured."""
    runs = (
        OrderRun(
            order="O-1",
            asset="M1",
            product="A",
            quantity=70,
            start=_at("08:00", plant),
            end=_at("10:00", plant),
            planned_scrap=5,
            personnel=1,
        ),
        OrderRun(
            order="O-1",
            asset="M2",
            product="A",
            quantity=70,
            start=_at("08:30", plant),
            end=_at("10:20", plant),
            personnel=1,
        ),
    )
    attendance = (Attendance(start=_at("08:00", plant), end=_at("10:30", plant), personnel=2),)
    return Papers(runs, attendance, tuple(_inspections(plant)), work_orders=_work_orders(plant))


_BORES = ("20.01", "19.98", "20.02", "20.00", "19.99", "20.03", "20.01", "19.97", "20.00", "20.06")


def _inspections(plant: Plant) -> Iterator[Inspection]:
    for number, value in enumerate(_BORES, 1):
        yield Inspection(
            ts=_at(f"09:{number:02d}", plant),
            asset="M1",
            order="O-1",
            serial=f"S{number}",
            characteristic="bore",
            value=float(value),
            lsl=19.95,
            usl=20.05,
        )
