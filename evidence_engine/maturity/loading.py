"""Reading a maturity model from its folder, and refusing one that contradicts itself: each problem in one sentence."""

import csv
import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

from evidence_engine.documents import line_of, read_yaml
from evidence_engine.maturity.corrections import (
    Corrected,
    CorrectionFile,
    Place,
    Problem,
    corrected_clauses,
    corrected_file,
    problems_of,
    rows_of,
)
from evidence_engine.maturity.model import BadModel, Clause, Model, ModelFile, Node, Weights
from evidence_engine.maturity.verdict import SCORE_OF
from evidence_engine.vocabulary.roles import did_you_mean

BUNDLED = Path(__file__).parent / "models"
COLUMNS = ("id", "level", "zh", "en", "source", "certainty", "live_data")


def load_model(name: str | Path = "gbt39116-2020") -> Model:
    """A bundled model by its name, any folder, or a file of corrections. BadModel says what is wrong in which row."""
    if str(name).endswith((".yaml", ".yml")) and not Path(name).is_dir():
        return load_corrected(Path(name))
    folder = folder_of(name)
    if not (folder / "model.yaml").is_file():
        bundled = ", ".join(sorted(path.parent.name for path in BUNDLED.glob("*/model.yaml")))
        raise BadModel(
            f"no maturity model '{name}': expected one of {bundled}, or a folder with model.yaml, or a file of corrections"
        )
    if not (folder / "clauses.tsv").is_file():
        raise BadModel(f"no clauses.tsv beside {folder / 'model.yaml'}")
    text = _text(folder / "model.yaml")
    file = read_yaml(text, "model.yaml", ModelFile)
    check_file(file, "model.yaml", text)
    return Model(file, _clauses(_text(folder / "clauses.tsv"), file), folder=folder)


def folder_of(name: str | Path) -> Path:
    """Where a model's files are: a bundled one by its name, else the folder itself."""
    return BUNDLED / name if isinstance(name, str) and (BUNDLED / name).is_dir() else Path(name)


def load_corrected(path: Path) -> Model:
    """A file of corrections over its base (`corrections`). BadInput names file and line of what is wrong."""
    if not path.is_file():
        raise BadModel(f"no file of corrections '{path}'")
    text, name = _text(path), path.name
    changes = read_yaml(text, name, CorrectionFile)
    base = load_model(changes.base if (BUNDLED / changes.base).is_dir() else path.parent / changes.base)
    problems = [
        f"{name}:{line_of(text, place)}: {'.'.join(str(part) for part in place)}: {sentence}"
        for place, sentence in problems_of(base.file, base.clauses, changes)
    ]
    if problems:
        raise BadModel("\n".join(problems))
    file = corrected_file(base.file, changes)
    check_file(file, name, text)
    lines = {clause.id: line_of(text, ("clauses", at)) for at, clause in enumerate(changes.clauses)}
    rows = corrected_clauses(base.clauses, changes)
    checked = [_clause(row, f"{name}:{lines.get(row['id'], 1)}", file) for row in rows]
    corrected = Corrected(name, changes.source, rows_of(changes))
    return Model(file, {clause.id: clause for clause in checked}, corrected.to_json(), base.folder)


def check_file(file: ModelFile, name: str, text: str) -> None:
    """BadModel lists everything in which a model's file contradicts itself, each with the line of its place in `text`."""
    problems = [*_method_problems(file), *_tree_problems(file)]
    problems += [problem for industry in file.weights for problem in _weight_problems(file, industry)]
    if problems:
        raise BadModel(
            "\n".join(f"{name}:{line_of(text, place)}: {sentence}" for place, sentence in problems)
        )


def _text(path: Path) -> str:
    """UTF-8, with or without the mark that spreadsheets put first."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadModel(f"{path.name}: not UTF-8 at byte {error.start}, save it as UTF-8") from None


def _clauses(text: str, file: ModelFile) -> dict[str, Clause]:
    reader = csv.DictReader(text.splitlines(), delimiter="\t")
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise BadModel(f"clauses.tsv:1: expected the columns {', '.join(COLUMNS)}, separated by tabs")
    clauses: dict[str, Clause] = {}
    for row in reader:
        place = f"clauses.tsv:{reader.line_num}"
        clause = _clause(row, place, file)
        if clause.id in clauses:
            raise BadModel(f"{place}: clause '{clause.id}' stands twice")
        clauses[clause.id] = clause
    return clauses


def _clause(row: dict[str, str], place: str, file: ModelFile) -> Clause:
    if None in row or None in row.values():
        raise BadModel(f"{place}: expected {len(COLUMNS)} cells separated by tabs")
    known = [node.id for node in file.subdomains]
    subdomain, _, rest = row["id"].rpartition(".")
    if subdomain not in known:
        raise BadModel(f"{place}: clause '{row['id']}': unknown sub-domain{did_you_mean(subdomain, known)}")
    if row["level"] not in {str(item.level) for item in file.levels}:
        raise BadModel(f"{place}: clause '{row['id']}': unknown level '{row['level']}'")
    if not re.fullmatch(re.escape(row["level"]) + "[a-z]+", rest):
        raise BadModel(f"{place}: clause '{row['id']}' does not agree with level '{row['level']}'")
    if row["live_data"] not in ("F", "P", "N"):
        raise BadModel(f"{place}: live_data is '{row['live_data']}', expected F, P or N")
    return Clause(**{**row, "subdomain": subdomain, "level": int(row["level"])})  # type: ignore[arg-type]


def _method_problems(file: ModelFile) -> Iterator[Problem]:
    levels = [item.level for item in file.levels]
    if levels != sorted(set(levels)):
        yield ("levels",), f"levels: {levels}, expected each once, from the lowest"
    if set(file.clause_scores) != set(SCORE_OF.values()):
        sentence = "clause_scores: expected 0, 0.5, 0.8 and 1, the scores that verdicts and answers have"
        yield ("clause_scores",), sentence
    if not 0 < file.pass_mark <= 1:
        yield ("pass_mark",), f"pass_mark: {float(file.pass_mark):g}, expected more than 0, at most 1"
    thresholds = sorted((item.level, item.from_) for item in file.level_from_total)
    if [level for level, _ in thresholds] != levels:
        yield ("level_from_total",), "level_from_total: expected each level once"
    if [start for _, start in thresholds] != sorted({start for _, start in thresholds}):
        yield ("level_from_total",), "level_from_total: expected a higher total for a higher level"


def _tree_problems(file: ModelFile) -> Iterator[Problem]:
    for what, kind, nodes in (
        ("element", "elements", file.elements),
        ("domain", "domains", file.domains),
        ("sub-domain", "subdomains", file.subdomains),
    ):
        names = [node.id for node in nodes]
        for at, name in enumerate(names):
            if name in names[:at]:
                yield (kind, at), f"{what} '{name}' stands twice"
    yield from _lost_children("domain", "domains", file.domains, "element", [n.id for n in file.elements])
    yield from _lost_children(
        "sub-domain", "subdomains", file.subdomains, "domain", [n.id for n in file.domains]
    )


Parent = Literal["element", "domain"]


def _lost_children(
    what: str, kind: str, nodes: list[Node], parent: Parent, known: Collection[str]
) -> Iterator[Problem]:
    for at, node in enumerate(nodes):
        name = getattr(node, parent)
        if name is None:
            yield (kind, at), f"{what} '{node.id}': {parent} is missing"
        elif name not in known:
            yield (
                (kind, at, parent),
                f"{what} '{node.id}': unknown {parent} '{name}'{did_you_mean(name, known)}",
            )


def _weight_problems(file: ModelFile, industry: str) -> Iterator[Problem]:
    weights, place = file.weights[industry], ("weights", industry)
    roots = {"": [node.id for node in file.elements]}
    yield from _sum_problems((*place, "elements"), roots, weights.elements)
    yield from _sum_problems((*place, "domains"), _families(file.domains, "element"), weights.domains)
    yield from _sum_problems((*place, "subdomains"), _families(file.subdomains, "domain"), weights.subdomains)
    yield from _split_problems((*place, "open_split"), file, weights)


def _families(nodes: list[Node], parent: Parent) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for node in nodes:
        families.setdefault(getattr(node, parent), []).append(node.id)
    return families


def _sum_problems(
    place: Place, families: dict[str, list[str]], given: dict[str, Fraction]
) -> Iterator[Problem]:
    said = ".".join(str(part) for part in place)
    known = [child for children in families.values() for child in children]
    for name, weight in given.items():
        if name not in known:
            yield (*place, name), f"{said}: unknown id '{name}'{did_you_mean(name, known)}"
        elif weight < 0:
            yield (*place, name), f"{said}: '{name}' weighs {float(weight):g}, expected 0 or more"
    for parent, children in families.items():
        missing = [child for child in children if child not in given]
        total = sum((given.get(child, Fraction(0)) for child in children), Fraction(0))
        if missing:
            yield place, f"{said}: '{missing[0]}' has no weight"
        elif total != 100:
            under = f" under '{parent}'" if parent else ""
            yield (*place, children[0]), f"{said}{under} add up to {float(total):g}, expected 100"


def _split_problems(place: Place, file: ModelFile, weights: Weights) -> Iterator[Problem]:
    """A split must give points to all sub-domains of one domain, as many as it names, and always the same sum."""
    split, said = weights.open_split, ".".join(str(part) for part in place)
    if split is None:
        return
    split_over = {*split.subdomains, *split.of}
    if split_over not in [set(children) for children in _families(file.subdomains, "domain").values()]:
        yield place, f"{said}: expected all sub-domains of one domain, in subdomains or in of"
    points = (*place, "points")
    if not split.points or any(len(given) != len(split.subdomains) for given in split.points):
        yield points, f"{said}.points: expected lists of {len(split.subdomains)} points, one per sub-domain"
    if any(point <= 0 for given in [*split.points, split.of.values()] for point in given):
        yield place, f"{said}: points must be more than 0"
    if len({sum(given) for given in split.points}) > 1:
        yield points, f"{said}.points: every list must have the same sum"
