"""A maturity model: elements, domains, sub-domains, clauses, weights and the settings of the method, read from a folder.

A folder holds `model.yaml` and `clauses.tsv`; `models/gbt39116-2020/` is the example. All arithmetic is in fractions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from evidence_engine.documents import BadInput


class BadModel(BadInput):
    """A model's files contradict themselves; says which row."""


def exact(number: object) -> Fraction:
    """A number as it is written, without a float's drift: 0.95 is 19/20, not the double nearest to it."""
    try:
        return Fraction(str(number))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{number}' is not a number") from None


Exact = Annotated[Fraction, BeforeValidator(exact)]

Certainty = Literal["sure", "likely", "open"]
"""sure: several public sources; likely: remembered, or one source; open: to be looked up, or a stand-in."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Words(_Written):
    """A text in both languages."""

    zh: str
    en: str


class LevelName(Words):
    """A level and its name."""

    level: int


class Threshold(_Written):
    """The total from which a level is reached."""

    level: int
    from_: Exact = Field(alias="from")


class Settings(_Written):
    """The method's open points, as this model settles them."""

    empty_subdomain: Literal["dropped", "met", "open"] = "dropped"
    """`open`: the model's clauses are not known, so a sub-domain without any goes from 0 to 1."""
    above_first_unmet: Literal["nothing", "own_score"] = "nothing"


class Node(Words):
    """An element, domain or sub-domain."""

    id: str
    element: str | None = None
    domain: str | None = None
    may_be_left_out: bool = False
    certainty: Certainty | None = None


class OpenPoint(Words):
    """One thing that no source settles."""

    id: str


class OpenSplit(Words):
    """Weights known only up to an order: points of some sub-domains, in every order that may be meant."""

    subdomains: list[str]
    of: dict[str, Exact]
    points: list[list[Exact]]


class Weights(_Written):
    """Percent by id, for one industry."""

    certainty: Certainty
    elements: dict[str, Exact]
    domains: dict[str, Exact]
    subdomains: dict[str, Exact]
    certainty_of: dict[str, Certainty] = {}
    """By id, where one weight is less sure than the table."""
    open_split: OpenSplit | None = None


class ModelFile(_Written):
    """`model.yaml`."""

    schema_: Literal["floortruth/model/1"] = Field(alias="schema")
    id: str
    version: str
    name: Words
    levels: list[LevelName]
    pass_mark: Exact
    clause_scores: list[Exact]
    level_from_total: list[Threshold]
    settings: Settings = Settings()
    open_points: list[OpenPoint] = []
    elements: list[Node]
    domains: list[Node]
    subdomains: list[Node]
    weights: dict[str, Weights]


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement of a sub-domain at a level, in our own short wording."""

    id: str
    subdomain: str
    level: int
    zh: str
    en: str
    source: str
    certainty: str
    live_data: str
    """F: live data can decide it; P: data shows a sign; N: data says nothing."""


@dataclass(frozen=True, slots=True)
class Model:
    """A checked model. `clauses` by id, in the order of the file."""

    file: ModelFile
    clauses: dict[str, Clause]
    corrected: Mapping[str, Any] | None = None
    """Where a file of corrections stands on it: {"file", "source", "rows"}, as the score states it."""
    folder: Path | None = field(default=None, repr=False, compare=False)
    """Where its files are: its views stand beside them."""
    known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was worked out of it once and for all (forms.py)."""
    _places: dict[tuple[str, int], list[Clause]] = field(init=False, repr=False, compare=False)
    _nodes: dict[str, Node] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[tuple[str, int], list[Clause]] = {}
        for clause in self.clauses.values():
            places.setdefault((clause.subdomain, clause.level), []).append(clause)
        object.__setattr__(self, "_places", places)
        object.__setattr__(self, "_nodes", {node.id: node for node in self.file.subdomains})

    def subdomain(self, name: str) -> Node:
        """A sub-domain by its id."""
        return self._nodes[name]

    @property
    def levels(self) -> list[int]:
        """The levels from the lowest."""
        return [item.level for item in self.file.levels]

    def at(self, subdomain: str, level: int) -> list[Clause]:
        """The clauses of a sub-domain at a level."""
        return self._places.get((subdomain, level), [])
