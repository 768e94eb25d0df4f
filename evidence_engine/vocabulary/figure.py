"""Figures: a value with the lowest and highest that what is unknown still allows, and what limits them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """value, low, high of one quantity, each null or a correctly rounded ratio of two integers (D15, D16, D18)."""

    value: float | None
    low: float | None
    high: float | None
    unit: str = "1"

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit}


@dataclass(frozen=True, slots=True, order=True)
class Limitation:
    """One stated fact that limits a result; the texts of a code stand in the catalogue `limitations.py`."""

    code: str
    zh: str
    en: str

    def to_json(self) -> dict[str, str]:
        """As in a record."""
        return {"code": self.code, "zh": self.zh, "en": self.en}
