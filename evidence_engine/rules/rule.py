"""A rule as written: clause, items (KPI over assets), test, window, verdicts, reason and assessor's card.

`gbt39116-2020.yaml` beside this file is the example; docs/rules.md is generated from it.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.kpis import KPIS
from evidence_engine.kpis.limitations import EVERY
from evidence_engine.maturity.model import Exact, Model
from evidence_engine.maturity.verdict import Verdict
from evidence_engine.vocabulary.roles import did_you_mean

BUNDLED = Path(__file__).parent / "gbt39116-2020.yaml"
PLACEHOLDERS = ("done", "maybe", "all", "low", "high", "least", "rated_from")

Over = Literal[
    "site",
    "production",
    "key_production",
    "key_steps",
    "high_energy",
    "output",
    "electricity_meters",
    "carrier_meters",
    "environment_stations",
]
"""Which subjects of the register an item looks at."""

Share = Annotated[Exact, Field(ge=0, le=1)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Text(_Written):
    """A sentence in both languages."""

    zh: str
    en: str


def _limitation(code: str) -> str:
    if code not in EVERY:
        raise ValueError(f"unknown limitation '{code}'{did_you_mean(code, EVERY)}")
    return code


Code = Annotated[str, AfterValidator(_limitation)]


class Distrust(_Written):
    """Limitations of evidence that keep it from deciding: data by which a stated fact or a reading can't be true.

    One of `clause` on any record leaves the whole clause insufficient (a limit disproved, D12: what the plant states
    is wrong, and nobody knows what else rests on it); one of `subject` leaves its own subject undecided. Unless told:
    what two series can't both be true of, what does not move though it must, what moves as no measurement does.
    """

    clause: list[Code] = ["limit_disproved"]
    subject: list[Code] = [
        "count_without_producing",
        "producing_without_power",
        "cycle_not_credible",
        "frozen_value",
        "too_regular",
        "meters_disagree",
    ]


class Item(_Written):
    """One KPI over some subjects, and what must hold of each.

    test `coverage`: the record's coverage reaches `at_least`; `figure`: its result does, low for sure, high perhaps.
    """

    kpi: str
    over: Over
    test: Literal["coverage", "figure"] = "coverage"
    at_least: Share = Fraction(0)
    rated_from: Annotated[Exact, Field(gt=0)] | None = None
    """kW, the rated power from which `high_energy` takes an asset in."""

    def to_json(self) -> dict[str, Any]:
        """As on the score."""
        body = {"kpi": self.kpi, "over": self.over, "test": self.test, "at_least": float(self.at_least)}
        return body if self.rated_from is None else body | {"rated_from": float(self.rated_from)}

    @model_validator(mode="after")
    def _kpi_exists(self) -> Self:
        if self.kpi not in KPIS:
            raise ValueError(f"unknown KPI '{self.kpi}'{did_you_mean(self.kpi, KPIS)}")
        return self

    @model_validator(mode="after")
    def _rated_power_where_needed(self) -> Self:
        if (self.over == "high_energy") != (self.rated_from is not None):
            raise ValueError("'rated_from' (kW) belongs to over 'high_energy', and only there")
        return self


class Verdicts(_Written):
    """From which measure on a verdict holds; a word that is left out is not given."""

    met: Share | None = None
    mostly: Share | None = None
    partly: Share | None = None

    def word(self, measure: Fraction) -> Verdict:
        """The best verdict that a measure reaches."""
        for name, threshold in self.given():
            if measure >= threshold:
                return name
        return "not"

    def given(self) -> list[tuple[Verdict, Fraction]]:
        """The words that may be given with their thresholds, the best first."""
        every: list[tuple[Verdict, Fraction | None]] = [
            ("met", self.met),
            ("mostly", self.mostly),
            ("partly", self.partly),
        ]
        return [(name, threshold) for name, threshold in every if threshold is not None]

    @model_validator(mode="after")
    def _better_needs_more(self) -> Self:
        thresholds = [threshold for _, threshold in self.given()]
        if not thresholds or thresholds[-1] == 0:
            raise ValueError("expected at least one of met, mostly, partly, each more than 0")
        if thresholds != sorted(set(thresholds), reverse=True):
            raise ValueError("expected a higher threshold for a better word")
        return self


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
    windows: list[Literal["hour", "shift", "day", "week", "month", "quarter", "year", "history"]] = Field(
        ["day", "history"], min_length=1
    )
    """Kinds of windows, the preferred first; of the first kind with a record, the latest window counts."""
    least_coverage: Share = Fraction(0)
    """A figure whose coverage is under this decides nothing."""
    verdicts: Verdicts
    at_best: Literal["met", "mostly", "partly"] = "met"
    distrust: Distrust | None = None
    """That of the file unless told."""
    reason: Text
    """May use {done}, {maybe}, {all}, {low}, {high}, {least}, {rated_from}: counts of subjects, the measure's bounds,
    what the test asks for, and the kW from which an asset is a high user."""
    card: Card
    parameters: Text
    """Where the thresholds come from."""

    def to_json(self) -> dict[str, Any]:
        """As on the score: what was asked, with every threshold, so that no verdict stands without its parameters."""
        return {
            "says": self.says,
            "items": [item.to_json() for item in self.items],
            "measure": self.measure,
            "windows": list(self.windows),
            "least_coverage": float(self.least_coverage),
            "verdicts": {word: float(threshold) for word, threshold in self.verdicts.given()},
            "at_best": self.at_best,
            "distrust": self.distrusts.model_dump(),
            "parameters": self.parameters.model_dump(),
            "card": self.card.model_dump(),
        }

    @property
    def distrusts(self) -> Distrust:
        """Its own, the file's, or what is never believed."""
        return self.distrust or Distrust()

    @model_validator(mode="after")
    def _figures_are_shares(self) -> Self:
        """Thresholds are shares from 0 to 1, and more is better: other figures can't be compared with them."""
        if self.measure == "figure" and (len(self.items) != 1 or self.items[0].over != "site"):
            raise ValueError("measure 'figure' needs exactly one item, over 'site'")
        for item in self.items:
            kpi, compared = KPIS[item.kpi], self.measure == "figure" or item.test == "figure"
            if compared and (kpi.unit != "1" or kpi.better == "less"):
                raise ValueError(
                    f"'{item.kpi}' is not a share of which more is better, expected test 'coverage'"
                )
        return self

    @model_validator(mode="after")
    def _best_can_be_given(self) -> Self:
        if self.says == "decides" and self.at_best not in dict(self.verdicts.given()):
            raise ValueError(f"at_best is '{self.at_best}', but verdicts give no threshold for it")
        return self

    @model_validator(mode="after")
    def _reason_can_be_filled(self) -> Self:
        used = {name for text in (self.reason.zh, self.reason.en) for name in _placeholders(text)}
        for name in sorted(used - set(PLACEHOLDERS)):
            raise ValueError(f"reason: unknown placeholder '{{{name}}}'{did_you_mean(name, PLACEHOLDERS)}")
        if "least" in used and len({item.at_least for item in self.items}) > 1:
            raise ValueError("reason: '{least}' needs the same 'at_least' in all items")
        if "rated_from" in used and not any(item.rated_from for item in self.items):
            raise ValueError("reason: '{rated_from}' needs an item over 'high_energy'")
        return self


def _placeholders(text: str) -> list[str]:
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ValueError(f"reason: {error}, write {{{{ for a brace") from None


class RuleFile(_Written):
    """A file of rules for one model."""

    schema_: Literal["floortruth/rules/1"] = Field(alias="schema")
    model: str
    version: str
    distrust: Distrust = Distrust()
    """For the rules that name none of their own."""
    rules: list[Rule]


def load_rules(model: Model, path: Path | None = None) -> RuleFile:
    """The bundled rules or a file; BadInput names line, unknown clause or KPI, or a clause ruled twice."""
    path = path or BUNDLED
    if not path.is_file():
        raise BadInput(f"no rules file '{path}'")
    return read_rules(path.read_text(encoding="utf-8"), path.name, model)


def read_rules(text: str, name: str, model: Model) -> RuleFile:
    """Rules as written, checked against a model. `name` stands in errors."""
    checked = Annotated[Rule, AfterValidator(_check_clause(model))]
    file = read_yaml(text, name, create_model("Rules", __base__=RuleFile, rules=(list[checked], ...)))
    if file.model != model.file.id:
        raise BadInput(f"{name}: rules are for model '{file.model}', not '{model.file.id}'")
    rules = [
        rule if rule.distrust else rule.model_copy(update={"distrust": file.distrust}) for rule in file.rules
    ]
    return RuleFile(
        schema=file.schema_, model=file.model, version=file.version, distrust=file.distrust, rules=rules
    )


def _check_clause(model: Model) -> Callable[[Rule], Rule]:
    """One check per file: it remembers which clauses have their rule."""
    ruled: set[str] = set()

    def check(rule: Rule) -> Rule:
        if rule.clause not in model.clauses:
            raise ValueError(f"unknown clause '{rule.clause}'{did_you_mean(rule.clause, model.clauses)}")
        if rule.clause in ruled:
            raise ValueError(f"clause '{rule.clause}' has two rules")
        ruled.add(rule.clause)
        return rule

    return check
