"""One row of the table of KPIs: id, method, unit, names, formula, and which way is better (D27)."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less"] | None


@dataclass(frozen=True, slots=True)
class Kpi:
    """One row of the table. `method` changes its version whenever the same data could give another figure."""

    id: str
    unit: str
    name_zh: str
    name_en: str
    formula: str
    better: Better
    rule: str
    version: int = 1

    @property
    def method(self) -> str:
        """What a record names as its method."""
        return f"floortruth.{self.id.rpartition('.')[2]}@{self.version}"
