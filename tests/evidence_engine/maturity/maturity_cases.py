"""A model small enough to score by hand, as data that tests may change before they load it."""

import copy
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from evidence_engine.maturity import Clause, ClauseResult, Model
from evidence_engine.maturity.model import ModelFile

Z = {"zh": "名", "en": "name"}

FILE: dict[str, Any] = {
    "schema": "floortruth/model/1",
    "id": "small",
    "version": "1",
    "name": Z,
    "levels": [{"level": 1, **Z}, {"level": 2, **Z}],
    "pass_mark": "0.8",
    "clause_scores": ["0", "0.5", "0.8", "1"],
    "level_from_total": [{"level": 1, "from": "0.8"}, {"level": 2, "from": "1.8"}],
    "open_points": [{"id": "small", "zh": "小", "en": "small"}],
    "elements": [{"id": "A", **Z}, {"id": "B", **Z}],
    "domains": [
        {"id": "A", "element": "A", **Z},
        {"id": "B1", "element": "B", "may_be_left_out": True, **Z},
        {"id": "B2", "element": "B", **Z},
    ],
    "subdomains": [
        {"id": "A1", "domain": "A", **Z},
        {"id": "A2", "domain": "A", **Z},
        {"id": "B1-1", "domain": "B1", **Z},
        {"id": "B2-1", "domain": "B2", **Z},
        {"id": "B2-2", "domain": "B2", **Z},
    ],
    "weights": {
        "discrete": {
            "certainty": "sure",
            "elements": {"A": 40, "B": 60},
            "domains": {"A": 100, "B1": 25, "B2": 75},
            "subdomains": {"A1": 60, "A2": 40, "B1-1": 100, "B2-1": 30, "B2-2": 70},
        }
    },
}
SPLIT: dict[str, Any] = {
    "subdomains": ["B2-1", "B2-2"],
    "of": {},
    "points": [["1", "3"]],
    **Z,
}
CLAUSES = [
    *("A1.1a", "A1.1b", "A2.1a", "B1-1.1a", "B2-1.1a", "B2-1.1b", "B2-1.1c"),
    *("A1.2a", "B1-1.2a", "B2-1.2a", "B2-2.2a"),
]
"""Nothing for B2-2 at level 1 and for A2 at level 2."""


def model_file() -> dict[str, Any]:
    """A copy to change."""
    return copy.deepcopy(FILE)


def small_model(file: dict[str, Any] | None = None, clauses: list[str] = CLAUSES) -> Model:
    """The small model, or a changed one."""
    every = [Clause(c, c.split(".")[0], int(c.split(".")[1][0]), "", "", "", "H", "F") for c in clauses]
    return Model(ModelFile.model_validate(file or model_file()), {c.id: c for c in every})


def with_settings(**settings: str) -> dict[str, Any]:
    """The small model's file with settings of the method."""
    return model_file() | {"settings": settings}


def with_split() -> dict[str, Any]:
    """The small model's file with weights known only up to an order."""
    file = model_file()
    file["weights"]["discrete"]["open_split"] = SPLIT
    return file


def write_model(folder: Path, file: dict[str, Any] | None = None, rows: list[str] | None = None) -> Path:
    """A model's folder on disk."""
    header = "id\tlevel\tzh\ten\tsource\tcertainty\tlive_data"
    rows = rows if rows is not None else [row(clause) for clause in CLAUSES]
    (folder / "model.yaml").write_text(json.dumps(file or model_file()), encoding="utf-8")
    (folder / "clauses.tsv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return folder


def row(clause: str) -> str:
    """One line of clauses.tsv."""
    return f"{clause}\t{clause.split('.')[1][0]}\t条款\tclause\tours\tH\tF"


def scored(low: str | Fraction, high: str | Fraction | None = None) -> ClauseResult:
    """A clause's result with a range."""
    end = Fraction(low if high is None else high)
    return ClauseResult("partly", Fraction(low), end, "data", {"zh": "因", "en": "for"})


WORKED = {
    "A1.1a": scored("1"),
    "A2.1a": scored("0.8"),
    "B1-1.1a": scored("0.5"),
    "B2-1.1a": scored("1"),
    "B2-1.1b": scored("0.8"),
    "B2-1.1c": scored("0.5", "1"),
    "B1-1.2a": scored("1"),
    "B2-1.2a": scored("0.5", "1"),
    "B2-2.2a": scored("0.8"),
}
"""A1.1b and A1.2a are not assessed."""
