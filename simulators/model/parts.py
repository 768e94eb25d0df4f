"""The parts of a plant's description: frozen data; powers in W, times in ns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

STATES = ("producing", "setup", "idle", "down", "planned_stop", "off")
PLAIN_CODES = {"off": 0, "idle": 1, "setup": 2, "producing": 3, "down": 4, "planned_stop": 5}
EUROMAP_CODES = {"off": 0, "idle": 1, "setup": 2, "producing": 4, "down": 6, "planned_stop": 7}
CODES: Mapping[str, Mapping[str, int]] = {"plain": PLAIN_CODES, "euromap": EUROMAP_CODES}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Shift:
    """Wall-clock borders in minutes after local midnight; `end` <= `start` means the next day."""

    id: str
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...]
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class DayEvent:
    """A stretch that begins at a wall-clock minute, each day or on one weekday."""

    start: int
    length_ns: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: Mapping[str, str]
    code: int
    planned_per_hour: float


@dataclass(frozen=True, slots=True)
class Measure:
    """A wandering measurement; values are multiples of 1 / per_unit between low and high, `calm` at rest."""

    role: str
    low: int
    high: int
    calm: int
    per_unit: int


@dataclass(frozen=True, slots=True)
class Load:
    """How a utility follows the plant: its share of time under load, calm and busy, and the length of a stay."""

    calm: float
    busy: float
    stay_ns: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Station:
    """A machine; powers in W (multiples of 125 W, exact as a 32-bit float in kW), times in ns."""

    id: str
    kind: str
    step: str
    key: bool
    devices: tuple[str, ...]
    link: str
    codes: Mapping[str, int]
    rated_w: int
    power_w: Mapping[str, int]
    power_spread: float
    mtbf_ns: int
    mttr_ns: int
    measures: tuple[Measure, ...]
    maintenance: tuple[DayEvent, ...] = ()
    input: str = ""
    joins: str = ""
    output: str = ""
    is_output: bool = False
    runs_through: bool = False
    runs_breaks: bool = False
    ideal_ns: Mapping[str, int] = field(default_factory=dict)
    cycle_spread: float = 0.0
    reject_rate: float = 0.0
    setup_ns: int = 0
    restart_pieces: int = 1
    alarm_before_ns: tuple[int, int] = (0, 0)
    load: Load | None = None
    tells: tuple[str, ...] = ()

    def shows(self, role: str) -> bool:
        """Whether its wire, if it has one, carries this role."""
        return not self.tells or role in self.tells

    @property
    def is_production(self) -> bool:
        return self.load is None


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter: electricity sums what it feeds; gas and water follow the state of one station.

    `start` is the first reading in steps, of which `per_unit` make one kWh or m³.
    """

    id: str
    kind: str
    devices: tuple[str, ...]
    link: str
    start: int
    per_unit: int
    feeds: tuple[str, ...] = ()
    constant_w: int = 0
    rated_w: int = 0
    is_site: bool = False
    of: str = ""
    flow_ml_s: Mapping[str, int] = field(default_factory=dict)

    @property
    def role(self) -> str:
        return {"electricity": "energy_active", "gas": "gas_volume", "water": "water_volume"}[self.kind]


@dataclass(frozen=True, slots=True)
class Environment:
    id: str
    devices: tuple[str, ...]
    link: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class HistoryFault:
    """Damage of the written history, from `at_ns` after its beginning for `length_ns`."""

    kind: str
    at_ns: int
    length_ns: int
    link: str = ""
    asset: str = ""
    roles: tuple[str, ...] = ()
