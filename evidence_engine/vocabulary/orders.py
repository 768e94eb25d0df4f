"""What people keep in files beside what machines say: runs of orders, attendance, inspections (ISO 22400-2).

No machine proves any of it: figures that rest on it say so as a limitation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evidence_engine.vocabulary.work_orders import WorkOrder

Whole = Annotated[int, Field(ge=0)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class OrderRun(_Written):
    """One operation of an order: it holds the asset in [start, end), ns; end None: it still does."""

    order: str = Field(min_length=1)
    asset: str
    product: str = ""
    quantity: Whole
    """Planned pieces."""
    start: int
    end: int | None = None
    planned_busy: Whole | None = None
    """ns for which it was planned to hold the asset."""
    planned_scrap: Whole | None = None
    """Pieces."""
    personnel: Whole | None = None
    """Heads at work on it."""

    @property
    def ended(self) -> int:
        """Its end; ValueError while it still holds the asset."""
        if self.end is None:
            raise ValueError(f"order '{self.order}' has not ended on {self.asset}")
        return self.end

    @model_validator(mode="after")
    def _lasts(self) -> "OrderRun":
        if self.end is not None and self.end <= self.start:
            raise ValueError("end: is not after start")
        return self


class Attendance(_Written):
    """So many heads were there in [start, end), ns; asset None: for the site."""

    asset: str | None = None
    start: int
    end: int
    personnel: Whole

    @model_validator(mode="after")
    def _lasts(self) -> "Attendance":
        if self.end <= self.start:
            raise ValueError("end: is not after start")
        return self


class Inspection(_Written):
    """One characteristic of one part was looked at. good None: follows from value and limits, or is not known."""

    ts: int
    asset: str
    order: str = ""
    serial: str = Field(min_length=1)
    characteristic: str = ""
    value: float | None = None
    lsl: float | None = None
    usl: float | None = None
    good: bool | None = None

    @property
    def passed(self) -> bool | None:
        """As stated, else whether the value lies within the limits; None: not known."""
        if self.good is not None or self.value is None or (self.lsl is None and self.usl is None):
            return self.good
        above = self.lsl is None or self.lsl <= self.value
        return above and (self.usl is None or self.value <= self.usl)


@dataclass(frozen=True, slots=True)
class Papers:
    """All of it; nothing unless files are given."""

    orders: Sequence[OrderRun] = ()
    attendance: Sequence[Attendance] = ()
    inspections: Sequence[Inspection] = ()
    work_orders: Sequence[WorkOrder] | None = None
    """Of maintenance, by their opening; None: no file of them was given."""
