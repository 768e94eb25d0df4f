"""Views: the same score over some of the sub-domains, as the report on applying the model describes them.

`models/gbt39116-2020/views.yaml` is the example: assessments (predefined, self-diagnosis, custom, PTR + production + N),
the three system levels, the eight modes. A view never changes a clause: it takes a score document, keeps its
sub-domains, scales their weights up, and says how far each is met and what live data says of it:
{"schema": "floortruth/view/1", "id": "workshop", "kind": "system", "zh": …, "en": …, "source": "2.1", "chosen": [],
 "submodes": [], "left_out": [], "level": {"low": 0, "high": 5}, "total": {"low": …, "high": …},
 "levels": [{"level": 2, "score": {"low": …, "high": …}, "met": 0, "perhaps": 15, "of": 15}],
 "prerequisites": [{"id": "T1", "zh": "数据", "en": "data", "level": {"low": 0, "high": 5},
   "levels": [{"level": 2, "score": {…}}], "clauses": 13, "asked": 5, "could": 6,
   "live": {"decided": 1, "indicated": 2, "insufficient": 2}, "by_person": 3}]}
`level` and `total` are the view's own, from level 1 up. `met`: prerequisites that surely have reached the level,
`perhaps` those that may. `asked`: clauses of the sub-domain with a rule; `could`: those that live data could speak to
(F or P); `live`: what data said; `by_person`: clauses that a person answered.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.maturity.loading import folder_of
from evidence_engine.maturity.model import BadModel, Model, Words, exact
from evidence_engine.maturity.scoring import LevelMeans, Range, Ratios, means_of, outline
from evidence_engine.maturity.verdict import shown_range
from evidence_engine.vocabulary.roles import did_you_mean

VIEW_SCHEMA = "floortruth/view/1"
ALL = "self-diagnosis"
CUSTOM = "custom"


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Submode(Words):
    """A variant of a mode; it rests on the sub-domains of its mode."""

    id: str


class View(_Written):
    """One view as written."""

    id: str
    kind: Literal["assessment", "system", "mode"]
    zh: str
    en: str
    about: Words | None = None
    source: str = ""
    subdomains: list[str]
    optional: list[str] = []
    levels: list[int] | None = None
    """Those that the view is about; all of the model unless told."""
    submodes: list[Submode] = []


class ViewFile(_Written):
    """`views.yaml`."""

    schema_: Literal["floortruth/views/1"] = Field(alias="schema")
    model: str
    views: list[View]


def load_views(model: Model, name: str | Path = "") -> dict[str, View]:
    """The views of a model by id: of `views.yaml` beside its files (or in another folder, `name`), else all and custom.

    BadModel: an unknown sub-domain or level, a view twice, a file for another model.
    """
    folder = folder_of(name) if str(name) and model.corrected is None else model.folder
    path = Path() if folder is None else folder / "views.yaml"
    if not path.is_file():
        return {view.id: view for view in _plain(model)}
    file = read_yaml(path.read_text(encoding="utf-8-sig"), path.name, ViewFile)
    if file.model != model.file.id:
        raise BadModel(f"{path.name}: views are for model '{file.model}', not '{model.file.id}'")
    problems = [problem for view in file.views for problem in _problems(model, view)]
    ids = [view.id for view in file.views]
    problems += [f"view '{twice}' stands twice" for twice in sorted({i for i in ids if ids.count(i) > 1})]
    if problems:
        raise BadModel("\n".join(f"{path.name}: {problem}" for problem in problems))
    return {view.id: view for view in file.views}


def _plain(model: Model) -> list[View]:
    every = [node.id for node in model.file.subdomains]
    return [
        View(id=ALL, kind="assessment", zh="自诊断", en="self-diagnosis", subdomains=every),
        View(id=CUSTOM, kind="assessment", zh="自定义", en="custom", subdomains=[], optional=every),
    ]


def _problems(model: Model, view: View) -> Iterable[str]:
    known = [node.id for node in model.file.subdomains]
    for name in [*view.subdomains, *view.optional]:
        if name not in known:
            yield f"view '{view.id}': unknown sub-domain '{name}'{did_you_mean(name, known)}"
    for level in view.levels or []:
        if level not in model.levels:
            yield f"view '{view.id}': unknown level {level}"


def choose(model: Model, views: Mapping[str, View], words: str) -> tuple[View, list[str]]:
    """`NAME` or `NAME:ID,ID` → the view and the optional sub-domains chosen; a domain's id means all of its own.

    BadInput: an unknown view, a sub-domain that the view does not offer, nothing chosen where nothing is fixed.
    """
    name, _, rest = words.partition(":")
    if name not in views:
        raise BadInput(
            f"view '{name}', expected one of all, {', '.join(views)}{did_you_mean(name, list(views))}"
        )
    view = views[name]
    chosen = [one for word in rest.split(",") if word.strip() for one in _inside(model, view, word.strip())]
    if not view.subdomains and not chosen:
        raise BadInput(f"view '{name}' has no sub-domain of its own: write {name}:ID,ID")
    return view, list(dict.fromkeys(chosen))


def _inside(model: Model, view: View, word: str) -> list[str]:
    offered = [*view.subdomains, *view.optional]
    found = [n.id for n in model.file.subdomains if word in (n.id, n.domain) and n.id in offered]
    if not found:
        raise BadInput(f"view '{view.id}' has no optional sub-domain '{word}'{did_you_mean(word, offered)}")
    return found


def apply_view(
    model: Model, view: View, document: Mapping[str, Any], chosen: Collection[str] = ()
) -> dict[str, Any]:
    """The view's document (see above). document: a score document of this model; chosen: of the view's optional ones."""
    return _applied(model, view, document, chosen, _seen(model, document))


@dataclass(frozen=True, slots=True)
class _Subdomain:
    """What every view says of a sub-domain: the level it has reached, its scores by level, and what was said of it."""

    reached: tuple[int, int]
    levels: Mapping[int, dict[str, Any]]
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A score document, read once for all views."""

    means: Sequence[LevelMeans]
    subdomains: Mapping[str, _Subdomain]
    prerequisites: dict[tuple[str, tuple[int, ...]], dict[str, Any]] = field(default_factory=dict)
    """Views about the same levels share them."""

    def prerequisite(self, model: Model, name: str, levels: tuple[int, ...]) -> dict[str, Any]:
        """A sub-domain as a view shows it."""
        if (name, levels) not in self.prerequisites:
            node, of = model.subdomain(name), self.subdomains[name]
            self.prerequisites[name, levels] = {
                "id": name,
                "zh": node.zh,
                "en": node.en,
                "level": {"low": of.reached[0], "high": of.reached[1]},
                "levels": [of.levels[level] for level in levels if level in of.levels],
                **of.said,
            }
        return self.prerequisites[name, levels]


def _seen(model: Model, document: Mapping[str, Any]) -> _Seen:
    found: dict[str, list[Mapping[str, Any]]] = {node.id: [] for node in model.file.subdomains}
    for level in document["levels"]:
        for subdomain in level["subdomains"]:
            found[subdomain["id"]] += subdomain["clauses"]
    ratios = {clause["id"]: _ratios(**clause["score"]) for clauses in found.values() for clause in clauses}
    means = means_of(model, ratios)
    asked = document.get("asked", {})
    levels = list(zip(model.levels, [mean.counted(model.file.settings) for mean in means], strict=True))
    seen = {}
    for name, clauses in found.items():
        scores = [(level, item) for level, of in levels if (item := of[name]) is not None]
        by_level = {level: {"level": level, "score": _json(item)} for level, item in scores}
        seen[name] = _Subdomain(_reached(model, scores), by_level, _counts(model, asked, clauses))
    return _Seen(means, seen)


def _counts(model: Model, asked: Collection[str], clauses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ids = [clause["id"] for clause in clauses]
    said = [clause.get("machine", clause) for clause in clauses]
    verdicts = [words["verdict"] for words in said]
    by = [clause["by"] for clause in clauses]
    return {
        "clauses": len(clauses),
        "asked": len([name for name in ids if name in asked]),
        "could": len([name for name in ids if model.clauses[name].live_data != "N"]),
        "live": {
            "decided": [words["by"] for words in said].count("data"),
            "indicated": verdicts.count("indicated"),
            "insufficient": verdicts.count("insufficient"),
        },
        "by_person": by.count("person") + by.count("both"),
    }


def _applied(
    model: Model, view: View, document: Mapping[str, Any], chosen: Collection[str], seen: _Seen
) -> dict[str, Any]:
    named = {*view.subdomains, *chosen}
    wanted = [n.id for n in model.file.subdomains if n.id in named]
    kept = [name for name in wanted if name not in document["excluded"]]
    if not kept:
        raise BadInput(f"view '{view.id}': the company has none of its sub-domains")
    scored = outline(model, seen.means, document["industry"], only=kept)
    levels = tuple(view.levels or model.levels)
    ends = dict(zip(model.levels, scored.ends, strict=True))
    inside = [seen.subdomains[name] for name in kept]
    return {
        "schema": VIEW_SCHEMA,
        "id": view.id,
        "kind": view.kind,
        "zh": view.zh,
        "en": view.en,
        "source": view.source,
        "chosen": [name for name in kept if name not in view.subdomains],
        "submodes": [{"zh": one.zh, "en": one.en, "id": one.id} for one in view.submodes],
        "left_out": [name for name in wanted if name not in kept],
        "level": {"low": scored.level[0], "high": scored.level[1]},
        "total": _json(scored.total),
        "levels": [_level(level, ends[level], inside) for level in levels],
        "prerequisites": [seen.prerequisite(model, name, levels) for name in kept],
    }


def apply_all(model: Model, views: Mapping[str, View], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every view that has sub-domains of its own, without optional ones."""
    kept = {n.id for n in model.file.subdomains} - set(document["excluded"])
    seen = _seen(model, document)
    return [
        _applied(model, view, document, (), seen)
        for view in views.values()
        if kept.intersection(view.subdomains)
    ]


@cache
def _ratios(low: float, high: float) -> Ratios:
    """Clauses have few different scores."""
    return (*exact(low).as_integer_ratio(), *exact(high).as_integer_ratio())


def _json(item: Range) -> dict[str, float]:
    return shown_range(*item)


def _reached(model: Model, scores: Sequence[tuple[int, Range]]) -> tuple[int, int]:
    """The highest level to which a sub-domain is met without a break; levels without clauses of it are passed over."""
    return (_unbroken(model, scores, 0), _unbroken(model, scores, 1))


def _unbroken(model: Model, scores: Sequence[tuple[int, Range]], end: int) -> int:
    reached = 0
    mark, of = model.file.pass_mark.as_integer_ratio()
    for level, score in scores:
        number, unit = score[end].as_integer_ratio()
        if number * of < mark * unit:
            break
        reached = level
    return reached


def _level(level: int, score: tuple[int, int, int], inside: Sequence[_Subdomain]) -> dict[str, Any]:
    low, high, unit = score
    here = [one.reached for one in inside if level in one.levels]
    return {
        "level": level,
        "score": {"low": low / unit, "high": high / unit},
        "met": len([1 for surely, _ in here if surely >= level]),
        "perhaps": len([1 for _, perhaps in here if perhaps >= level]),
        "of": len(here),
    }
