"""The facts of a series and of its connection, which decide what its samples prove (D2, D8, D31).

An agent announces them as one text sample of `@<connection>/facts` at each start and change; a plant file states
them for imported history. All intervals are plant time, integer nanoseconds in memory, seconds in files.
"""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evidence_engine.vocabulary.instants import NS


class Facts(BaseModel):
    """Base of what is announced: unknown keys refused, numbers strict and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SeriesFacts(Facts):
    """What is so about every sample of one series."""

    unit: str = "1"
    resolution: float | None = Field(default=None, ge=0)
    """r, s: while the link is up and nothing says bad, looked at at least every r; 0: each change is reported.
    None: not stated (D29: taken as `max_hold`, a limitation)."""
    time_error: float = Field(default=0.0, ge=0)
    """e, s: how far a stamp may be from the moment that it describes."""
    time_error_assumed: bool = False
    """The time error is a default that nobody measured: a limitation names it."""
    step: float | None = Field(default=None, gt=0)
    """A register that shows only multiples of this, in its unit (D10)."""
    modulus: float | None = Field(default=None, gt=0)
    """A counter that returns to 0 on reaching this, in its unit (D11)."""
    direction: Literal["import", "export", "net"] = "import"
    accept_uncertain: bool = False
    invalid: tuple[float, ...] = Field(default=(), strict=False)
    """Raw values that mean 'no value' (already turned into bad samples by the agent; imports use it)."""


class ConnectionFacts(Facts):
    """One link and the series that hang on it."""

    schema_: Literal["floortruth/facts/1"] = Field(default="floortruth/facts/1", alias="schema")
    connection: str
    protocol: str = "import"
    heartbeat: float = Field(default=30.0, gt=0)
    timeout: float = Field(default=75.0, gt=0)
    keyframe: float = Field(default=300.0, gt=0)
    max_hold: float | None = Field(default=None, gt=0)
    """Default 2 × keyframe (D5): how long a value without a link is known."""
    series: dict[str, SeriesFacts] = Field(default_factory=dict)
    """By series name, as `CNC-01/state`."""

    @property
    def hold_ns(self) -> int:
        """`max_hold` in ns."""
        return seconds_to_ns(self.max_hold if self.max_hold is not None else 2 * self.keyframe)

    def to_text(self) -> str:
        """The announcement, the same bytes for the same facts."""
        return json.dumps(self.model_dump(by_alias=True), sort_keys=True, ensure_ascii=False)

    @staticmethod
    def of_text(text: str) -> "ConnectionFacts":
        """Read an announcement; pydantic's ValidationError where it is none."""
        return ConnectionFacts.model_validate_json(text)


def seconds_to_ns(seconds: float) -> int:
    """Seconds of a file as whole nanoseconds."""
    return round(seconds * NS)
