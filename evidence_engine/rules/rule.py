"""A rule as written: clause, items (KPI over assets), test, window, verdicts, reason and assessor's card.

`gbt39116-2020.yaml` beside this file is the example; docs/rules.md is generated from it.
"""

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.kpis import KPIS
from evidence_engine.maturity.model import Model
from evidence_engine.vocabulary.roles import did_you_mean

BUNDLED = Path(__file__).parent / "gbt39116-2020.yaml"

Over = Literal[
    "site",
    "production",
    "key_production",
    "high_energy",
    "output",
    "electricity_meters",
    "carrier_meters",
    "environment_stations",
]
"""Which subjects of the register an item looks at."""


def _exact(value: object) -> Fraction:
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{value}' is not a number") from None


Share = Annotated[Fraction, BeforeValidator(_exact), Field(ge=0, le=1)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Text(_Written):
    """A sentence in both languages."""

    zh: str
    en: str


class Item(_Written):
    """One KPI over some subjects, and what must hold of each.

    test `coverage`: the record's coverage reaches `at_least`; `figure`: its result does, low for sure, high perhaps.
    """

    kpi: str
    over: Over
    test: Literal["coverage", "figure"] = "coverage"
    at_least: Share = Fraction(0)

    @model_validator(mode="after")
    def _kpi_exists(self) -> "Item":
        if self.kpi not in KPIS:
            raise ValueError(f"unknown KPI '{self.kpi}'{did_you_mean(self.kpi, KPIS)}")
        return self


class Verdicts(_Written):
    """From which measure on a verdict holds; a word that is left out is not given."""

    met: Share | None = None
    mostly: Share | None = None
    partly: Share | None = None

    def word(self, measure: Fraction) -> str:
        """The best verdict that a measure reaches."""
        for name in ("met", "mostly", "partly"):
            threshold = getattr(self, name)
            if threshold is not None and measure >= threshold:
                return name
        return "not"


class Card(_Written):
    """What an assessor does with it: evidence to look at, sample to take."""

    look_at: Text
    sample: Text


class Rule(_Written):
    """One clause answered from evidence.

    says `decides`: its verdict scores; `indicates`: a sign that a person must confirm (score stays 0 to 1).
    measure `share`: the share of all items' subjects for which the test holds; `figure`: the one item's own result.
    at_best: data alone proves no more than this word (the high bound stays open above it).
    """

    clause: str
    says: Literal["decides", "indicates"]
    items: list[Item] = Field(min_length=1)
    measure: Literal["share", "figure"] = "share"
    windows: list[Literal["hour", "shift", "day", "history"]] = ["day", "history"]
    least_coverage: Share = Fraction(0)
    verdicts: Verdicts
    at_best: Literal["met", "mostly", "partly"] = "met"
    reason: Text
    """May use {done}, {maybe}, {all}, {low}, {high}, {least}: counts of subjects, the measure's bounds, the test."""
    card: Card
    parameters: Text
    """Where the thresholds come from."""

    @model_validator(mode="after")
    def _one_figure(self) -> "Rule":
        if self.measure == "figure" and len(self.items) != 1:
            raise ValueError("measure 'figure' needs exactly one item")
        return self


class RuleFile(_Written):
    """A file of rules for one model."""

    schema_: Literal["floortruth/rules/1"] = Field(alias="schema")
    model: str
    version: str
    rules: list[Rule]


def load_rules(model: Model, path: Path | None = None) -> RuleFile:
    """The bundled rules or a file; BadInput names line, unknown clause or KPI, or a clause ruled twice."""
    path = path or BUNDLED
    file = read_yaml(path.read_text(encoding="utf-8"), path.name, RuleFile)
    if file.model != model.file.id:
        raise BadInput(f"{path.name}: rules are for model '{file.model}', not '{model.file.id}'")
    _check_clauses([rule.clause for rule in file.rules], model.clauses, path.name)
    return file


def _check_clauses(named: list[str], known: Collection[str], name: str) -> None:
    for clause in named:
        if clause not in known:
            raise BadInput(f"{name}: unknown clause '{clause}'{did_you_mean(clause, known)}")
        if named.count(clause) > 1:
            raise BadInput(f"{name}: clause '{clause}' has two rules")
