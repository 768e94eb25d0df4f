"""What people keep in files beside what machines say: runs of orders, attendance, inspections (ISO 22400-2).

No machine proves any of it: figures that rest on it say so as a limitation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evidence_engine.vocabulary.work_orders import WorkOrder

Row = TypeVar("Row")
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


@dataclass(frozen=True)
class Papers:
    """All of it; nothing unless files are given."""

    orders: Sequence[OrderRun] = ()
    attendance: Sequence[Attendance] = ()
    inspections: Sequence[Inspection] = ()
    work_orders: Sequence[WorkOrder] | None = None
    """Of maintenance, by their opening; None: no file of them was given."""

    @cached_property
    def runs_by_asset(self) -> Mapping[str, Sequence[OrderRun]]:
        """The runs of each asset that the order file names."""
        return _grouped(self.orders, lambda run: run.asset)

    @cached_property
    def runs_by_order(self) -> Mapping[str, Sequence[OrderRun]]:
        """The operations of each order."""
        return _grouped(self.orders, lambda run: run.order)

    @cached_property
    def span_by_order(self) -> Mapping[str, tuple[int, int | None]]:
        """From the first start of an order to its last end; None: one of its operations still runs."""
        return {
            order: (
                min(run.start for run in runs),
                None if any(run.end is None for run in runs) else max(run.ended for run in runs),
            )
            for order, runs in self.runs_by_order.items()
        }

    @cached_property
    def looks_by_asset(self) -> Mapping[str, Sequence[Inspection]]:
        """Inspections of each asset, by time."""
        return _grouped(sorted(self.inspections, key=lambda look: look.ts), lambda look: look.asset)

    @cached_property
    def parts_by_asset(self) -> Mapping[str, Sequence[Sequence[Inspection]]]:
        """Of each part the first look per characteristic, the very first ahead; parts by that one's time."""
        return {asset: _first_looks(looks) for asset, looks in self.looks_by_asset.items()}


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)


def _first_looks(looks: Sequence[Inspection]) -> list[list[Inspection]]:
    parts: dict[str, dict[str, Inspection]] = defaultdict(dict)
    for look in looks:
        parts[look.serial].setdefault(look.characteristic, look)
    return [list(found.values()) for found in parts.values()]
