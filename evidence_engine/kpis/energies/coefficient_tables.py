"""The coefficient tables that come with the engine, and which row of them or of the plant's own holds for a window."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from pydantic import Field

from evidence_engine.documents import read_yaml
from evidence_engine.vocabulary.coefficients import Carrier, Coefficient, CoefficientKind, CoefficientTable
from evidence_engine.vocabulary.energy_facts import MeterLevel
from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.written import WrittenModel

_FOLDER = "evidence_engine.kpis"
TABLES = ("gbt2589-2020.yaml", "co2.yaml")


class LeastShare(WrittenModel):
    """Least percent of needed meters that are fitted, by level."""

    carrier: Carrier
    site: int
    unit: int
    equipment: int

    def at(self, level: MeterLevel) -> int:
        """Of one level."""
        return {"site": self.site, "unit": self.unit, "equipment": self.equipment}[level]


class _LeastShares(WrittenModel):
    schema_: str = Field(alias="schema")
    id: str
    rows: list[LeastShare]


def _text(name: str) -> str:
    return files(_FOLDER).joinpath("coefficients", name).read_text(encoding="utf-8")


@cache
def bundled() -> tuple[Coefficient, ...]:
    """Every row of the tables that come with the engine."""
    return tuple(row for name in TABLES for row in read_yaml(_text(name), name, CoefficientTable).rows)


@cache
def least_shares() -> dict[Carrier, LeastShare]:
    """Shares that GB 17167-2006 asks for, by carrier."""
    name = "gb17167-2006.yaml"
    return {row.carrier: row for row in read_yaml(_text(name), name, _LeastShares).rows}


def coefficient(plant: Plant, carrier: Carrier, kind: CoefficientKind, until: int) -> Coefficient | None:
    """The row that holds for a window that ends at `until`; the plant's own table goes before the bundled ones.

    Grid factors: of the region and basis that the plant names, the data year that it names, else the newest published
    by then, else the oldest. None where no table has one.
    """
    own = plant.energy.coefficients.rows if plant.energy.coefficients is not None else []
    day = to_datetime(until, ZoneInfo(plant.site.time_zone)).date().isoformat()
    for rows in (own, bundled()):
        fitting = [row for row in rows if row.carrier == carrier and row.kind == kind and _fits(plant, row)]
        if fitting:
            published = [row for row in fitting if (row.published or "") <= day]
            order = sorted(published or fitting, key=lambda row: row.data_year or 0)
            return order[-1] if published else order[0]
    return None


def _fits(plant: Plant, row: Coefficient) -> bool:
    if row.kind != "co2" or row.carrier != "electricity":
        return True
    asked = plant.energy.co2
    is_year = asked.data_year is None or row.data_year in (asked.data_year, None)
    return row.region == asked.region and row.basis == asked.basis and is_year
