"""Tables of energy coefficients: standard coal and CO2 per unit of a carrier, dated, with their source.

    schema: floortruth/coefficients/1
    id: grid-co2
    rows:
      - {carrier: electricity, kind: co2, per_unit: 0.5306, region: national, basis: average, data_year: 2023,
         published: "2025-12-31", certainty: S, source: …}

A reader must reject: an unknown carrier or kind, a negative number, `low` above or `high` below `per_unit`, two rows that
say the same (carrier, kind, region, basis, data year).
"""

from collections import Counter
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field, model_validator

from evidence_engine.vocabulary.written import DateText, WrittenModel

Carrier = Literal["electricity", "gas", "water", "steam", "compressed_air", "heat"]
CARRIERS: tuple[Carrier, ...] = get_args(Carrier)
ROLE_OF: dict[Carrier, str] = {
    "electricity": "energy_active",
    "gas": "gas_volume",
    "water": "water_volume",
    "steam": "steam_mass",
    "compressed_air": "compressed_air_volume",
    "heat": "heat_energy",
}
"""The role of the registers that measure each; a coefficient is per unit of that role: kWh, m3, m3, kg, m3, MJ."""

CoefficientKind = Literal["calorific", "equivalent", "co2"]
"""kgce by calorific value 当量值 · kgce by what it took to make it 等价值 · kgCO2."""
GridBasis = Literal["average", "residual", "fossil"]
"""Grid factors: of all power · without market-traded non-fossil power · of fossil power only."""


class Coefficient(WrittenModel):
    """One row. `low`, `high`: where the source gives a range; the bounds take it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    carrier: Carrier
    kind: CoefficientKind
    per_unit: Annotated[float, Field(ge=0)]
    low: Annotated[float, Field(ge=0)] | None = None
    high: Annotated[float, Field(ge=0)] | None = None
    region: str = "national"
    basis: GridBasis = "average"
    data_year: int | None = None
    published: DateText | None = None
    certainty: Literal["S", "L"] = "S"
    source: str

    @property
    def place(self) -> tuple[str, ...]:
        """What a table has one row for."""
        return self.carrier, self.kind, self.region, self.basis, str(self.data_year or "")

    @model_validator(mode="after")
    def _ordered(self) -> "Coefficient":
        if (self.low or 0) > self.per_unit or (self.high is not None and self.high < self.per_unit):
            raise ValueError(f"per_unit {self.per_unit} is not between low and high")
        return self


class CoefficientTable(WrittenModel):
    """One file."""

    schema_: Literal["floortruth/coefficients/1"] = Field(default="floortruth/coefficients/1", alias="schema")
    id: str = Field(min_length=1)
    title: str = ""
    rows: list[Coefficient]

    @model_validator(mode="after")
    def _once(self) -> "CoefficientTable":
        times = Counter(row.place for row in self.rows)
        twice = [" ".join(word for word in place if word) for place, n in times.items() if n > 1]
        if twice:
            raise ValueError(f"rows: {twice[0]} stands twice")
        return self
