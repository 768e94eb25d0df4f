"""Corrections of a maturity model: a file that replaces, adds or takes away rows, so that nobody edits what is bundled.

Example:
schema: floortruth/model-corrections/1
base: gbt39116-2020                 # a bundled model, or a folder beside this file
version: "1+acme.1"
source: our copy of GB/T 39116-2020
settled: [text_not_seen]            # open points that the source answers
settings: {above_first_unmet: nothing}
names: {M2-7: {zh: 能源管理, en: energy management}}
weights: {process: {subdomains: {M2-4: 12, M2-5: 12, M2-6: 13, M2-7: 14}, open_split: settled}}
remove: [M2-7.2d]
clauses:
  - {id: M2-7.2c, zh: …, en: …}     # what is not written stays as it was
  - {id: M2-7.2e, zh: …, en: …, live_data: F}
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from evidence_engine.maturity.model import (
    Certainty,
    Clause,
    Exact,
    ModelFile,
    Node,
    OpenPoint,
    Settings,
    Weights,
    Words,
)
from evidence_engine.vocabulary.roles import did_you_mean

Place = tuple[str | int, ...]
"""Where something stands in the file."""
Problem = tuple[Place, str]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class CorrectedClause(_Written):
    """A clause as it is to be; what is None stays as the base has it."""

    id: str
    zh: str | None = None
    en: str | None = None
    source: str | None = None
    certainty: Literal["H", "M", "L"] | None = None
    live_data: Literal["F", "P", "N"] | None = None


class CorrectedWeights(_Written):
    """Percent by id, for one industry; ids that are not named keep their weight."""

    certainty: Certainty | None = None
    elements: dict[str, Exact] = {}
    domains: dict[str, Exact] = {}
    subdomains: dict[str, Exact] = {}
    open_split: Literal["settled"] | None = None
    """`settled`: the weights that the base knew only up to an order are known now."""


class CorrectedSettings(_Written):
    """Readings of the method's open points."""

    empty_subdomain: Literal["dropped", "met", "open"] | None = None
    above_first_unmet: Literal["nothing", "own_score"] | None = None


class CorrectionFile(_Written):
    """The whole file."""

    schema_: Literal["floortruth/model-corrections/1"] = Field(alias="schema")
    base: str = "gbt39116-2020"
    version: str = Field(min_length=1)
    source: str = Field(min_length=1)
    settled: list[str] = []
    open_points: list[OpenPoint] = []
    settings: CorrectedSettings = CorrectedSettings()
    names: dict[str, Words] = {}
    weights: dict[str, CorrectedWeights] = {}
    remove: list[str] = []
    clauses: list[CorrectedClause] = []


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was corrected, as the score states it: the file, whose text it follows, and the rows."""

    file: str
    source: str
    rows: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As in the score document."""
        return {"file": self.file, "source": self.source, "rows": list(self.rows)}


def corrected_file(base: ModelFile, changes: CorrectionFile) -> ModelFile:
    """`model.yaml` after the corrections; whether it holds together is checked as for any model."""
    settings = base.settings.model_dump() | changes.settings.model_dump(exclude_none=True)
    points = [point for point in base.open_points if point.id not in changes.settled]
    update = {
        "version": changes.version,
        "settings": Settings(**settings),
        "open_points": [*points, *changes.open_points],
        "weights": base.weights
        | {name: _weights(base.weights[name], given) for name, given in changes.weights.items()},
    }
    for kind in ("elements", "domains", "subdomains"):
        update[kind] = [_named(node, changes.names) for node in getattr(base, kind)]
    return base.model_copy(update=update)


def _named(node: Node, names: Mapping[str, Words]) -> Node:
    return node.model_copy(update=names[node.id].model_dump()) if node.id in names else node


def _weights(base: Weights, given: CorrectedWeights) -> Weights:
    update: dict[str, Any] = {
        kind: getattr(base, kind) | getattr(given, kind) for kind in ("elements", "domains", "subdomains")
    }
    if given.certainty is not None:
        update["certainty"] = given.certainty
    if given.open_split is not None:
        update["open_split"] = None
    changed = {*given.elements, *given.domains, *given.subdomains}
    update["certainty_of"] = {key: word for key, word in base.certainty_of.items() if key not in changed}
    return base.model_copy(update=update)


def corrected_clauses(clauses: Mapping[str, Clause], changes: CorrectionFile) -> list[dict[str, str]]:
    """Rows as `clauses.tsv` would have them, in the base's order, new ones last."""
    given = {clause.id: clause for clause in changes.clauses}
    rows = [
        _row(given[key] if key in given else CorrectedClause(id=key), clause)
        for key, clause in clauses.items()
        if key not in changes.remove
    ]
    return rows + [_row(clause, None) for key, clause in given.items() if key not in clauses]


def _row(given: CorrectedClause, old: Clause | None) -> dict[str, str]:
    level = "".join(given.id.rpartition(".")[2][:1])
    base = {"zh": "", "en": "", "source": "", "certainty": "H", "live_data": "N"}
    if old is not None:
        base = {key: getattr(old, key) for key in base}
    return {"id": given.id, "level": level} | base | given.model_dump(exclude_none=True)


def problems_of(base: ModelFile, clauses: Mapping[str, Clause], changes: CorrectionFile) -> Iterator[Problem]:
    """What names nothing of the base, or contradicts itself."""
    nodes = [node.id for node in (*base.elements, *base.domains, *base.subdomains)]
    yield from _unknown(("names",), list(changes.names), nodes, "element, domain or sub-domain")
    yield from _unknown(("weights",), list(changes.weights), list(base.weights), "industry")
    points = [point.id for point in base.open_points]
    for place, name in enumerate(changes.settled):
        if name not in points:
            yield ("settled", place), f"no open point '{name}'{did_you_mean(name, points)}"
    for place, name in enumerate(changes.remove):
        if name not in clauses:
            yield ("remove", place), f"no clause '{name}'{did_you_mean(name, clauses)}"
    yield from _wrong_clauses(clauses, changes)
    if changes.version == base.version:
        yield ("version",), f"'{changes.version}' is the base's own, a corrected model needs another"


def _unknown(place: Place, names: Sequence[str], known: Sequence[str], what: str) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield (*place, name), f"no {what} '{name}'{did_you_mean(name, known)}"


def _wrong_clauses(clauses: Mapping[str, Clause], changes: CorrectionFile) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, clause in enumerate(changes.clauses):
        at: Place = ("clauses", place, "id")
        if clause.id in seen:
            yield at, f"clause '{clause.id}' stands twice"
        if clause.id in changes.remove:
            yield at, f"clause '{clause.id}' is corrected and removed, keep one"
        if clause.id not in clauses and (not clause.zh or not clause.en):
            near = did_you_mean(clause.id, clauses)
            yield at, f"clause '{clause.id}' is new: it needs its wording, zh and en{near}"
        seen.add(clause.id)


def rows_of(changes: CorrectionFile) -> tuple[str, ...]:
    """Everything that the file changes, by id."""
    weights = [
        f"weights.{industry}.{kind}.{key}"
        for industry, given in changes.weights.items()
        for kind in ("elements", "domains", "subdomains")
        for key in getattr(given, kind)
    ]
    return (*changes.names, *weights, *changes.remove, *(clause.id for clause in changes.clauses))
