"""The mapping file: how a file of somebody else's is to be read (`configs/import.example.yaml` shows every key)."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, model_validator

from collector.importing.times import FORMATS, OFFSET
from evidence_engine.vocabulary.plant import Written
from evidence_engine.vocabulary.roles import did_you_mean, role_of, split_series

Separator = Literal[",", ";", "\t", "|"]
Words = tuple[str, ...]


def check_zone(zone: str) -> str:
    """The zone's name, if it is one of the time zone database or an offset as `+08:00`; else ValueError."""
    if OFFSET.fullmatch(zone):
        return zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"time zone '{zone}' does not exist, expected e.g. 'Asia/Shanghai' or '+08:00'"
        ) from None
    return zone


def check_format(name: str) -> str:
    """The name of a time format; ValueError with the nearest."""
    if name not in FORMATS:
        raise ValueError(
            f"unknown time format '{name}'{did_you_mean(name, FORMATS)}, expected one of {', '.join(FORMATS)}"
        )
    return name


class Time(Written):
    """Which column is the time, and how it is written."""

    column: str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    """One column, or several that make the time when joined by a space (date, time of day)."""
    format: str | None = None
    zone: str | None = None
    """Of times without an offset; the plant's unless told (D1)."""

    @model_validator(mode="after")
    def _exist(self) -> "Time":
        if self.format is not None:
            check_format(self.format)
        if self.zone is not None:
            check_zone(self.zone)
        return self


class Target(Written):
    """Where a column, or a tag of a long file, belongs, and what its values mean."""

    asset: str | None = None
    role: str | None = None
    series: str | None = None
    """`CNC-01/state` instead of asset and role."""
    scale: float = 1.0
    """The value is multiplied by it: 0.001 for W where the role has kW."""
    resolution: Annotated[float, Field(ge=0)] | None = None
    """r in s of this series (D29); the import's unless told."""
    quality: str | None = None
    """Wide files: the column that bears this one's quality."""
    values: dict[str, float | int | str] = Field(default_factory=dict)
    """Words or codes of the file to values."""
    invalid: Annotated[tuple[float, ...], Field(strict=False)] = ()
    """Raw values that mean 'no value'."""
    empty: Literal["none", "bad"] = "none"
    """Wide files: an empty cell is no sample, or one that says: unknown from here on."""

    @model_validator(mode="after")
    def _names_one(self) -> "Target":
        if self.series is None and (self.asset is None or self.role is None):
            raise ValueError("expected asset and role, or series: asset/role")
        if self.series is not None and (self.asset is not None or self.role is not None):
            raise ValueError("expected either series, or asset and role, got both")
        role_of(split_series(self.name)[1])
        return self

    @property
    def name(self) -> str:
        """The series."""
        return self.series if self.series is not None else f"{self.asset}/{self.role}"


class Long(Written):
    """The columns of a long file: one row per reading."""

    asset: str | None = None
    role: str | None = None
    tag: str | None = None
    """One column that names the series, looked up in `tags`, instead of asset and role."""
    value: str = "value"
    text: str | None = None
    quality: str | None = None

    @model_validator(mode="after")
    def _names_the_series(self) -> "Long":
        if (self.tag is None) == (self.asset is None) or (self.asset is None) != (self.role is None):
            raise ValueError("expected asset and role, or tag")
        return self


class QualityWords(Written):
    """The file's words for the three qualities."""

    good: Annotated[Words, Field(strict=False)] = ()
    uncertain: Annotated[Words, Field(strict=False)] = ()
    bad: Annotated[Words, Field(strict=False)] = ()


class Mapping(Written):
    """The whole file."""

    schema_: Literal["floortruth/import/1"] = Field(default="floortruth/import/1", alias="schema")
    encoding: str | None = None
    separator: Separator | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    header: Annotated[int, Field(ge=1)] | None = None
    """The line of the titles, where something stands before it."""
    sheet: str | None = None
    time: Time = Time()
    resolution: Annotated[float, Field(ge=0)] | None = None
    long: Long | None = None
    tags: dict[str, Target] = Field(default_factory=dict)
    """Long files: a tag, or `asset/role` as the file writes them, to its series."""
    assets: dict[str, str] = Field(default_factory=dict)
    """Long files: the file's names of assets to those of the register."""
    roles: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, Target] = Field(default_factory=dict)
    """Wide files: title of a column to its series."""
    quality: QualityWords = QualityWords()

    @model_validator(mode="after")
    def _one_layout(self) -> "Mapping":
        if self.columns and (self.long or self.tags or self.assets or self.roles):
            raise ValueError(
                "'columns' describes a wide file, 'long', 'tags', 'assets' and 'roles' a long one"
            )
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError(f"decimal and thousands are both '{self.decimal}'")
        return self
