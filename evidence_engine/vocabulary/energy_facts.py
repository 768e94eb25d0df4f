"""What a plant states about its energy: bought carriers, needed meters, tariff, grid factor, how demand is measured."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from evidence_engine.vocabulary.coefficients import Carrier, CoefficientTable, GridBasis
from evidence_engine.vocabulary.tariff import Tariff
from evidence_engine.vocabulary.written import WrittenModel

MeterLevel = Literal["site", "unit", "equipment"]
"""GB 17167: 进出用能单位 · 主要次级用能单位 · 主要用能设备."""

BOUGHT: tuple[Carrier, ...] = ("electricity", "gas", "water")
"""What counts in comprehensive consumption unless the plant says otherwise: steam, heat and air are often made on site
from energy that was counted already."""


class NeededMeter(WrittenModel):
    """One place where GB 17167 asks for a meter; `meter` names the asset that measures there, none: not fitted."""

    carrier: Carrier
    level: MeterLevel
    place: str = Field(min_length=1)
    meter: str | None = None


class GridFactor(WrittenModel):
    """Which electricity CO2 factor to take; no data year: the newest that was published when the window ended."""

    region: str = "national"
    basis: GridBasis = "average"
    data_year: int | None = None


class Demand(WrittenModel):
    """How the mean load for demand is taken: over `minutes`, a new mean each `step` minutes of the clock."""

    minutes: Annotated[int, Field(ge=1, le=60)] = 15
    step: Annotated[int, Field(ge=1, le=60)] | None = None
    """As `minutes` unless told: fixed windows; 1: sliding by the minute."""

    @model_validator(mode="after")
    def _fits_the_hour(self) -> "Demand":
        if 60 % self.minutes or self.minutes % self.every:
            raise ValueError(
                f"demand of {self.minutes} min each {self.every} min: expected parts of an hour, e.g. 15 and 1"
            )
        return self

    @property
    def every(self) -> int:
        """Minutes between the beginnings of two windows."""
        return self.minutes if self.step is None else self.step


class EnergyFacts(WrittenModel):
    """The part `energy` of a plant file. `tariff_file`, `coefficients_file`: YAML files beside the plant file."""

    carriers: list[Carrier] | None = None
    """Bought carriers that comprehensive consumption adds up; electricity, gas and water unless told."""
    co2: GridFactor = GridFactor()
    demand: Demand = Demand()
    needed_meters: list[NeededMeter] = Field(default_factory=list)
    tariff: Tariff | None = None
    tariff_file: str | None = None
    coefficients: CoefficientTable | None = None
    coefficients_file: str | None = None

    @property
    def bought(self) -> tuple[Carrier, ...]:
        """The carriers that count."""
        return BOUGHT if self.carriers is None else tuple(dict.fromkeys(self.carriers))

    @model_validator(mode="after")
    def _one_source(self) -> "EnergyFacts":
        for name in ("tariff", "coefficients"):
            if getattr(self, name) is not None and getattr(self, f"{name}_file") is not None:
                raise ValueError(f"{name} and {name}_file: expected one of them")
        places = [(need.carrier, need.level, need.place) for need in self.needed_meters]
        for place in places:
            if places.count(place) > 1:
                raise ValueError(f"needed_meters: {' '.join(place)} stands twice")
        return self
