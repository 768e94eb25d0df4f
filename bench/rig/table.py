"""What was measured beside its goal, as a table in Markdown, and the machine that it was measured on."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. A goal is a limit: `at_least` says on which side."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """True also where nothing was asked."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def row(self) -> str:
        """The line in Markdown."""
        if self.goal is None:
            return f"| {self.name} | {self.value:,.4g} {self.unit} | | | |"
        sign = "≥" if self.at_least else "≤"
        return (
            f"| {self.name} | {self.value:,.4g} {self.unit} | {sign} {self.goal:,.4g} {self.unit} "
            f"| {self.value / self.goal:.2f} | {'met' if self.is_met else 'MISSED'} |"
        )


def table(figures: Sequence[Figure]) -> str:
    """All lines with their heading."""
    head = ["| | seen | goal | seen ÷ goal | |", "|---|--:|--:|--:|---|"]
    return "\n".join([*head, *(figure.row() for figure in figures)])


def machine() -> str:
    """Cores, processor, system, Python, and how busy it is besides."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load average {load}"
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
