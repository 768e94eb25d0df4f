"""What a Modbus connection states: where the gateway is, which units hang on it, what their registers mean."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.base import TagConfig
from evidence_engine.vocabulary.roles import did_you_mean

Table = Literal["holding", "input", "coil", "discrete"]
TABLES: tuple[Table, ...] = ("holding", "input", "coil", "discrete")
BIT_TABLES = frozenset({"coil", "discrete"})
WIDTHS = {
    "u16": 1, "i16": 1, "bcd16": 1, "bit": 1,
    "u32": 2, "i32": 2, "f32": 2, "bcd32": 2,
    "u64": 4, "i64": 4, "f64": 4,
}  # fmt: skip
"""Registers per type; a coil is one bit, its type is `bit`."""

_BIT = re.compile(r"bit (\d|1[0-5])")


def _address(text: str) -> str:
    table, colon, number = text.partition(":")
    if not colon:
        hint = " (40001 may mean holding:0 or holding:40001)" if text.isdigit() else ""
        raise ValueError(f"address '{text}', expected table:number counted from 0, as holding:0{hint}")
    if table not in TABLES:
        raise ValueError(f"unknown table '{table}' in address '{text}'{did_you_mean(table, TABLES)}")
    if not number.isdigit() or int(number) > 0xFFFF:
        raise ValueError(f"address '{text}', expected a number from 0 to 65535 after the colon")
    return text


def _kind(text: str) -> str:
    if text in WIDTHS or _BIT.fullmatch(text):
        return text
    raise ValueError(f"unknown type '{text}'{did_you_mean(text, [*WIDTHS, 'bit 0'])}")


class ModbusTag(TagConfig):
    """One value: where it lies and how its registers are read."""

    address: Annotated[str, AfterValidator(_address)]
    """`holding:0`, `input:10`, `coil:3`, `discrete:0`: counted from 0, as on the wire."""
    unit: int = Field(default=1, ge=0, le=255)
    type: Annotated[str, AfterValidator(_kind)] = "u16"
    """u16 … f64, bcd16, bcd32, or `bit 3` of a register; coils and discrete inputs are bits by themselves."""
    order: Literal["ABCD", "CDAB", "BADC", "DCBA"] = "ABCD"

    @property
    def table(self) -> Table:
        """Which of the four tables it lies in."""
        word = self.address.partition(":")[0]
        return next(table for table in TABLES if table == word)

    @property
    def start(self) -> int:
        """Its first register or bit, from 0."""
        return int(self.address.partition(":")[2])

    @property
    def width(self) -> int:
        """How many registers (or bits, for a coil) it takes."""
        return 1 if self.table in BIT_TABLES else WIDTHS[self.type.partition(" ")[0]]

    @model_validator(mode="after")
    def _fits(self) -> "ModbusTag":
        if self.table in BIT_TABLES and self.type not in ("u16", "bit"):
            raise ValueError(f"'{self.address}' is one bit, it has no type '{self.type}'")
        if self.table not in BIT_TABLES and self.type == "bit":
            raise ValueError("type 'bit' of a register needs its number, as 'bit 0' (the lowest) to 'bit 15'")
        if self.start + self.width > 0x10000:
            raise ValueError(f"'{self.address}' of type '{self.type}' ends beyond the last register")
        return self


class ModbusConnection(BaseModel):
    """One line: a TCP socket to a device or gateway."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: str = Field(min_length=1)
    protocol: Literal["modbus"]
    host: str = Field(min_length=1)
    port: int = Field(default=502, ge=1, le=65535)
    framing: Literal["tcp", "rtu"] = "tcp"
    """`rtu`: RTU frames over TCP, as transparent serial gateways carry them."""
    devices: dict[str, int] = {}
    """Link names of units: `{main: 1}` makes `<connection>.main`; unnamed units are `<connection>.<unit>`."""
    poll: float = Field(default=1.0, gt=0)
    """Seconds between two looks at a tag that states none."""
    timeout: float = Field(default=1.0, gt=0)
    """Seconds for one answer; short, since a silent unit holds up the others of its line."""
    time_error: float | None = Field(default=None, gt=0)
    """e of readings, s; half of `timeout` unless told. A reading that took longer than twice this is late (D31)."""
    pause_ms: float = Field(default=0.0, ge=0)
    """Rest between two requests, for devices that need it."""
    max_gap: int = Field(default=8, ge=0)
    """Registers that nobody asked for may be read along when the hole is at most this wide."""
    max_registers: int = Field(default=125, ge=4, le=125)
    """The longest request, in registers."""
    tags: list[ModbusTag] = []

    @property
    def reading_error(self) -> float:
        """e of a reading in real seconds."""
        return self.timeout / 2 if self.time_error is None else self.time_error

    def link_of(self, unit: int) -> str:
        """The link name of a unit."""
        suffix = next((name for name, number in self.devices.items() if number == unit), str(unit))
        return f"{self.name}.{suffix}"

    @model_validator(mode="after")
    def _units_are_told_apart(self) -> "ModbusConnection":
        numbers = list(self.devices.values())
        twice = next((number for number in numbers if numbers.count(number) > 1), None)
        if twice is not None:
            raise ValueError(f"unit {twice} has two names in devices")
        return self
