"""The data files of the context and their rows: companies, policies, cases, modes; each with its place in the source."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evidence_engine.documents import BadInput, read_yaml

COMPANIES = ("row", "name", "province", "city", "level", "scope", "industry", "product")
POLICIES = ("row", "province", "place", "year", "kind", "title", "zh", "en")


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Written):
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Company:
    """An assessed company. row: its number in the list; scope: domains and sub-domains that were assessed beside PTR."""

    row: int
    name: str
    province: str
    city: str
    level: int
    scope: tuple[str, ...]
    industry: str
    product: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What an authority asks or offers. year: "" where neither title nor report say it."""

    row: int
    province: str
    place: str
    year: str
    kind: str
    title: str
    zh: str
    en: str


class CaseFigure(Words):
    """A figure before and after, as the company states it; kpi: ours, where live data could check such a claim."""

    subdomain: str
    before: str
    after: str
    kpi: str = ""


class Case(_Written):
    """One company's case of a mode."""

    id: str
    company: str
    mode: str
    industry: str
    level: int
    place: Words
    figures: list[CaseFigure]


class Path(Words):
    """How a sub-mode is built up, step by step; kpis: ours, that show live whether it has taken hold."""

    id: str
    steps: list[Words]
    kpis: list[str] = []


class Mode(Words):
    """One of the eight modes; ids are those of the model's views."""

    id: str
    source: str
    paths: list[Path]


class _ModeFile(_Written):
    schema_: Literal["floortruth/context-modes/1"] = Field(alias="schema")
    modes: list[Mode]


class _CaseFile(_Written):
    schema_: Literal["floortruth/context-cases/1"] = Field(alias="schema")
    cases: list[Case]


class _SourceFile(_Written):
    schema_: Literal["floortruth/context/1"] = Field(alias="schema")
    year: int
    source: Words
    notes: list[Words]
    industries: dict[str, Words]
    kinds: dict[str, Words]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything, with its source and year."""

    year: int
    source: Words
    notes: list[Words]
    industries: dict[str, Words]
    kinds: dict[str, Words]
    companies: list[Company]
    policies: list[Policy]
    cases: list[Case]
    modes: list[Mode]


@cache
def load_context() -> Context:
    """The bundled data."""
    source = read_yaml(_text("source.yaml"), "source.yaml", _SourceFile)
    cases = read_yaml(_text("cases.yaml"), "cases.yaml", _CaseFile).cases
    modes = read_yaml(_text("modes.yaml"), "modes.yaml", _ModeFile).modes
    companies = [_company(row) for row in _rows("companies.csv", COMPANIES)]
    policies = [Policy(int(row.pop("row")), **row) for row in _rows("policies.csv", POLICIES)]
    return Context(
        source.year,
        source.source,
        source.notes,
        source.industries,
        source.kinds,
        companies,
        policies,
        cases,
        modes,
    )


def _text(name: str) -> str:
    return files("evidence_engine.context").joinpath("data", name).read_text(encoding="utf-8")


def _rows(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    reader = csv.DictReader(_text(name).splitlines())
    if tuple(reader.fieldnames or ()) != columns:
        raise BadInput(f"{name}:1: expected the columns {', '.join(columns)}")
    return list(reader)


def _company(row: dict[str, str]) -> Company:
    return Company(
        int(row["row"]),
        row["name"],
        row["province"],
        row["city"],
        int(row["level"]),
        tuple(row["scope"].split()),
        row["industry"],
        row["product"],
    )
