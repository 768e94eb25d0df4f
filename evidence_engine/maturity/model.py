"""A maturity model: elements, domains, sub-domains, clauses, weights and the settings of the method, read from a folder.

A folder holds `model.yaml` and `clauses.tsv`; `models/gbt39116-2020/` is the example. All arithmetic is in fractions.
"""

import csv
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.roles import did_you_mean

BUNDLED = Path(__file__).parent / "models"
COLUMNS = ("id", "level", "zh", "en", "source", "certainty", "live_data")


class BadModel(BadInput):
    """A model's files contradict themselves; says which row."""


def _exact(value: object) -> Fraction:
    """A number as written, without a float's drift: 0.8 is 4/5."""
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{value}' is not a number") from None


Exact = Annotated[Fraction, BeforeValidator(_exact)]


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

    empty_subdomain: Literal["dropped", "met"] = "dropped"
    above_first_unmet: Literal["nothing", "own_score"] = "nothing"


class Node(Words):
    """An element, domain or sub-domain."""

    id: str
    element: str | None = None
    domain: str | None = None
    may_be_left_out: bool = False


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

    certainty: str
    elements: dict[str, Exact]
    domains: dict[str, Exact]
    subdomains: dict[str, Exact]
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

    def at(self, subdomain: str, level: int) -> list[Clause]:
        """The clauses of a sub-domain at a level."""
        return [c for c in self.clauses.values() if c.subdomain == subdomain and c.level == level]


def load_model(name: str | Path = "gbt39116-2020") -> Model:
    """A bundled model by its name, or any folder. BadModel says what is wrong in which row."""
    folder = BUNDLED / name if isinstance(name, str) and (BUNDLED / name).is_dir() else Path(name)
    if not (folder / "model.yaml").is_file():
        bundled = ", ".join(sorted(path.name for path in BUNDLED.iterdir()))
        raise BadModel(f"no maturity model '{name}': expected one of {bundled}, or a folder with model.yaml")
    file = read_yaml((folder / "model.yaml").read_text(encoding="utf-8"), "model.yaml", ModelFile)
    model = Model(file, _clauses(folder / "clauses.tsv", file))
    problems = [*_tree_problems(file), *(p for kind in file.weights for p in _weight_problems(file, kind))]
    if problems:
        raise BadModel("\n".join(problems))
    return model


def _clauses(path: Path, file: ModelFile) -> dict[str, Clause]:
    clauses: dict[str, Clause] = {}
    known = [node.id for node in file.subdomains]
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t")
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise BadModel(f"{path.name}:1: expected the columns {', '.join(COLUMNS)}")
        for number, row in enumerate(reader, start=2):
            clause = _clause(row, f"{path.name}:{number}", known)
            if clause.id in clauses:
                raise BadModel(f"{path.name}:{number}: clause '{clause.id}' stands twice")
            clauses[clause.id] = clause
    return clauses


def _clause(row: dict[str, str], place: str, known: list[str]) -> Clause:
    subdomain, dot, rest = row["id"].rpartition(".")
    if not dot or subdomain not in known:
        raise BadModel(f"{place}: clause '{row['id']}': unknown sub-domain{did_you_mean(subdomain, known)}")
    if not row["level"].isdigit() or not rest.startswith(row["level"]):
        raise BadModel(f"{place}: clause '{row['id']}' does not agree with level '{row['level']}'")
    if row["live_data"] not in ("F", "P", "N"):
        raise BadModel(f"{place}: live_data is '{row['live_data']}', expected F, P or N")
    return Clause(
        row["id"],
        subdomain,
        int(row["level"]),
        row["zh"],
        row["en"],
        row["source"],
        row["certainty"],
        row["live_data"],
    )


def _tree_problems(file: ModelFile) -> list[str]:
    elements = {node.id for node in file.elements}
    domains = {node.id for node in file.domains}
    wrong = [
        f"model.yaml: domain '{n.id}': unknown element '{n.element}'"
        for n in file.domains
        if n.element not in elements
    ]
    wrong += [
        f"model.yaml: sub-domain '{n.id}': unknown domain '{n.domain}'"
        for n in file.subdomains
        if n.domain not in domains
    ]
    return wrong


def _weight_problems(file: ModelFile, industry: str) -> list[str]:
    weights = file.weights[industry]
    groups = [("elements", {"": [n.id for n in file.elements]}, weights.elements)]
    groups.append(("domains", _children(file.domains, "element"), weights.domains))
    groups.append(("subdomains", _children(file.subdomains, "domain"), weights.subdomains))
    problems = []
    for kind, families, given in groups:
        for parent, children in families.items():
            missing = [child for child in children if child not in given]
            total = sum((given.get(child, Fraction(0)) for child in children), Fraction(0))
            if missing:
                problems.append(f"model.yaml: weights.{industry}.{kind}: '{missing[0]}' has no weight")
            elif total != 100:
                under = f" under '{parent}'" if parent else ""
                problems.append(
                    f"model.yaml: weights.{industry}.{kind}{under} add up to {float(total)}, expected 100"
                )
    return problems


def _children(nodes: list[Node], parent: Literal["element", "domain"]) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for node in nodes:
        families.setdefault(getattr(node, parent), []).append(node.id)
    return families
