"""The plant: its site, register of assets, process steps, products and calendars, as the factory states them."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from evidence_engine.vocabulary.calendar import Calendar
from evidence_engine.vocabulary.earlier import EarlierFacts, with_lists_read
from evidence_engine.vocabulary.energy_facts import EnergyFacts
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.maintenance import Maintenance
from evidence_engine.vocabulary.monitoring import AlarmClass, Limit, Monitoring, RoleName
from evidence_engine.vocabulary.roles import did_you_mean, role_of, split_series
from evidence_engine.vocabulary.states import STATE_WORDS

AssetKind = Literal[
    "cnc",
    "grinder",
    "press",
    "injection_moulding",
    "robot_cell",
    "furnace",
    "packaging_line",
    "conveyor",
    "inspection",
    "compressor",
    "chiller",
    "electricity_meter",
    "gas_meter",
    "water_meter",
    "steam_meter",
    "environment_station",
    "other",
]
PRODUCTION_KINDS = frozenset(
    {
        "cnc",
        "grinder",
        "press",
        "injection_moulding",
        "robot_cell",
        "furnace",
        "packaging_line",
        "conveyor",
        "inspection",
    }
)


def _state_word(word: str) -> str:
    if word not in STATE_WORDS:
        raise ValueError(f"unknown state category '{word}'{did_you_mean(word, STATE_WORDS)}")
    return word


StateWord = Annotated[str, AfterValidator(_state_word)]
Positive = Annotated[float, Field(gt=0)]


class Written(BaseModel):
    """Base of what people write: unknown keys refused, numbers strict and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Name(Written):
    """A name in both languages."""

    zh: str
    en: str


class Site(Written):
    """One place that is assessed."""

    id: str = Field(min_length=1)
    name: Name
    time_zone: str
    industry: Literal["discrete", "process"] = "discrete"

    @model_validator(mode="after")
    def _zone_exists(self) -> "Site":
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"time zone '{self.time_zone}' does not exist, expected e.g. 'Asia/Shanghai'"
            ) from None
        return self


class Product(Written):
    """A product; `code` is what machines without strings show for it."""

    name: Name
    code: int | None = None


class Step(Written):
    """A process step 工序; `key` marks a key process 关键工序."""

    name: Name
    key: bool = False
    traced: bool = True
    """Batches pass it, so they can be traced through it."""


class MeterExchange(Written):
    """A declared change of meter: the old register's last reading, the new one's first (D11)."""

    role: str
    time: str
    old_end: float
    new_start: float
    serial: str = ""


class Pace(NamedTuple):
    """What D12 takes as the limit where facts changed, and between which cycles those of a window lie (s, kW).

    fastest: seconds per piece, over all time · greatest: rated power, over all time; None: not stated at some time.
    """

    fastest: float | None
    greatest: float | None
    smallest: float
    largest: float


class Asset(Written):
    """One row of the register 登记表. Facts that changed are lists with `valid_from` (earlier.py)."""

    kind: AssetKind
    name: Name
    production: bool | None = None
    """Counts in the networking rate; by kind unless told."""
    digitised: bool = True
    key: bool = False
    step: str | None = None
    calendar: str | None = None
    """The name of a calendar; the site's `default_calendar` unless told."""
    rated_power: Positive | None = None
    """kW."""
    rated_feed_in: Annotated[float, Field(ge=0)] = 0.0
    """kW, what it may give back (D25)."""
    max_flow: Positive | None = None
    """What a gas, water, steam or air meter can pass in an hour, in the unit of its register: its limit (D12)."""
    rated_capacity: Positive | None = None
    """Pieces per hour that it is rated to make: the denominator of its load ratio."""
    ideal_cycle: dict[str, Positive] = {}
    """Seconds per piece, by product: the machine's fastest (D12, D21)."""
    burst: Annotated[int, Field(ge=1)] = 1
    """Pieces that may finish at one instant: cavities (D12)."""
    states: dict[str, StateWord] = {}
    """The machine's own codes (as text) to state categories (D26)."""
    min_stop: Positive = 300.0
    """Seconds in `down` from which a stay is a failure, and any stop no longer a minor one (D34)."""
    planned_setup: dict[str, Positive] = {}
    """Seconds that a changeover should take: by "P1>P2", else by the product changed to, else by "*"."""
    warm_up: Annotated[float, Field(ge=0)] | None = None
    """Seconds after a set-up, planned stop or off in which rejects are losses of start-up, not process defects."""
    stop_codes: dict[str, str] = {}
    """What its operator states in `stop_reason` (as text) to stop reasons."""
    stop_alarms: dict[str, str] = {}
    """Its codes in `alarm` (as text) to stop reasons."""
    quality: Literal["measured", "assumed_good"] = "measured"
    output: bool = False
    """Its good pieces are the site's (D25)."""
    fed_by: str | None = None
    """The meter that measures its electricity (D25)."""
    site_meter: bool = False
    exchanges: list[MeterExchange] = []
    maintenance: list[Maintenance] = []
    """Planned, of this machine alone; taken out of its calendar time (D9)."""
    earlier: EarlierFacts = EarlierFacts()
    """What its facts were before (D8)."""
    _pace: Pace | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _read_lists(cls, raw: Any) -> Any:
        return with_lists_read(raw)

    @property
    def key_ever(self) -> bool:
        """Key equipment now or at any time before: a machine can't be dropped from a claim afterwards (D8)."""
        return self.key or any(before.value for before in self.earlier.key)

    @property
    def pace(self) -> Pace:
        """The limits of D12: those of its facts, unless these changed (as_of.py)."""
        if self._pace is not None:
            return self._pace
        cycles = self.ideal_cycle.values()
        return Pace(
            min(cycles, default=None), self.rated_power, min(cycles, default=0.0), max(cycles, default=0.0)
        )

    alarms: dict[str, AlarmClass] = {}
    """The machine's own alarm codes (as text); 0 is no alarm, what is not listed is one."""
    limits: list[Limit] = []
    condition: list[RoleName] = []
    """Condition parameters that must be live together; any one of the usual roles unless told."""
    collect: list[RoleName] = []
    """Roles that must be collected automatically; by kind unless told."""

    @property
    def is_production(self) -> bool:
        """Whether the networking rate's denominator holds it (D24)."""
        return self.kind in PRODUCTION_KINDS if self.production is None else self.production

    def cycle_of(self, product: str) -> float | None:
        """Ideal cycle in s for a product; `"*"` stands for every product."""
        return self.ideal_cycle.get(product, self.ideal_cycle.get("*"))

    def planned_setup_of(self, before: str, after: str) -> float | None:
        """Planned seconds of a changeover; None where the plant file states none."""
        keys = (f"{before}>{after}", after, "*")
        return next((self.planned_setup[key] for key in keys if key in self.planned_setup), None)


class PlanEntry(Written):
    """One row of the production plan: quantity of good pieces of a product by an asset (D35)."""

    asset: str
    product: str
    start: int
    end: int
    quantity: Annotated[int, Field(ge=0)]


class Plant(Written):
    """Everything that the factory states about itself; `plant.yaml`."""

    schema_: Literal["floortruth/plant/1"] = Field(alias="schema")
    site: Site
    calendars: dict[str, Calendar] = {}
    default_calendar: str | None = None
    products: dict[str, Product] = {}
    steps: dict[str, Step] = {}
    stop_reasons: dict[str, Name] = {}
    """Why machines stop, by id; an asset's codes are mapped to these."""
    assets: dict[str, Asset]
    monitoring: Monitoring = Monitoring()
    energy: EnergyFacts = EnergyFacts()
    """Bought carriers, needed meters, tariff, coefficients."""
    connections: dict[str, ConnectionFacts] = {}
    """For imported history: which series hang on which link, and their facts (D29)."""
    series: dict[str, SeriesFacts] = {}
    """For imported history without a link: the facts of single series."""

    @property
    def zone(self) -> ZoneInfo:
        """The plant's time zone."""
        return ZoneInfo(self.site.time_zone)

    def calendar_of(self, asset: str) -> Calendar | None:
        """The calendar that holds for an asset, None where there is none."""
        name = self.assets[asset].calendar or self.default_calendar
        return None if name is None else self.calendars[name]

    def production_assets(self) -> list[str]:
        """The denominator of the networking rate, in the order of the register."""
        return [name for name, asset in self.assets.items() if asset.is_production]

    @model_validator(mode="after")
    def _names_resolve(self) -> "Plant":
        problems = [*self._wrong_references(), *self._wrong_series()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _wrong_references(self) -> list[str]:
        found = [_unknown("default_calendar", "calendar", self.default_calendar, self.calendars)]
        for name, asset in self.assets.items():
            place = f"assets.{name}"
            found += [
                _unknown(f"{place}.step", "step", asset.step, self.steps),
                _unknown(f"{place}.calendar", "calendar", asset.calendar, self.calendars),
                *self._wrong_earlier(place, asset.earlier),
                _unknown(f"{place}.fed_by", "asset", asset.fed_by, self.assets),
            ]
            known = [*self.products, "*"]
            found += [
                _unknown(f"{place}.ideal_cycle", "product", product, known) for product in asset.ideal_cycle
            ]
            found += [
                _unknown(f"{place}.planned_setup", "product", product, known)
                for key in asset.planned_setup
                for product in key.split(">", 1)
            ]
            found += [
                _unknown(f"{place}.{field}", "stop reason", reason, self.stop_reasons)
                for field, codes in (("stop_codes", asset.stop_codes), ("stop_alarms", asset.stop_alarms))
                for reason in codes.values()
            ]
        found += [
            _unknown("energy.needed_meters.meter", "asset", need.meter, self.assets)
            for need in self.energy.needed_meters
        ]
        return [sentence for sentence in found if sentence]

    def _wrong_earlier(self, place: str, earlier: EarlierFacts) -> list[str]:
        names = [before.value for before in earlier.calendar]
        products = [product for before in earlier.ideal_cycle for product in before.value]
        return [
            *earlier.problems(place, self.zone),
            *(_unknown(f"{place}.calendar", "calendar", name, self.calendars) for name in names),
            *(_unknown(f"{place}.ideal_cycle", "product", p, [*self.products, "*"]) for p in products),
        ]

    def _wrong_series(self) -> list[str]:
        listed = [
            (f"connections.{c}.series", s) for c, facts in self.connections.items() for s in facts.series
        ]
        listed += [("series", s) for s in self.series]
        return [problem for place, series in listed if (problem := self._series_problem(place, series))]

    def _series_problem(self, place: str, series: str) -> str:
        try:
            asset, role = split_series(series)
            role_of(role)
        except ValueError as error:
            return f"{place}: {error}"
        return _unknown(place, "asset", asset, self.assets)


def _unknown(place: str, what: str, name: str | None, known: Iterable[str]) -> str:
    words = list(known)
    if name is None or name in words:
        return ""
    return f"{place}: unknown {what} '{name}'{did_you_mean(name, words)}"
