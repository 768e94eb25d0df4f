"""The whole score as text: every level, element, domain, sub-domain and clause; verdict, who said it, evidence, reason."""

from collections.abc import Iterator, Mapping
from typing import Any

from evidence_engine.maturity.model import Model, Node
from evidence_engine.maturity.summary import BY, WORDS, shown_range

SHORT = 19
"""`sha256:` and twelve digits tell evidence apart; --json has them whole."""

_EVIDENCE = ("证据", "evidence")
_NO_RULE = ("无规则", "no rule")


def tree(document: Mapping[str, Any], model: Model, lang: str = "zh") -> str:
    """As the score document has it, with the names of the model; nodes that do not count are left out."""
    return "\n".join(
        line for item in document["levels"] for line in (*_level(document, model, item, lang), "")
    )


def _level(document: Mapping[str, Any], model: Model, item: Mapping[str, Any], lang: str) -> Iterator[str]:
    file = model.file
    name = next(level for level in file.levels if level.level == item["level"])
    yield f"L{item['level']} {getattr(name, lang)}  {shown_range(item['score'])}"
    scores = {kind: {n["id"]: n["score"] for n in item[kind]} for kind in ("elements", "domains")}
    subdomains = {n["id"]: n for n in item["subdomains"]}
    for element in file.elements:
        if element.id not in scores["elements"]:
            continue
        yield f"  {_named(element, lang)}  {shown_range(scores['elements'][element.id])}"
        for domain in [d for d in file.domains if d.element == element.id and d.id in scores["domains"]]:
            if domain.id != element.id:
                yield f"    {_named(domain, lang)}  {shown_range(scores['domains'][domain.id])}"
            for node in [n for n in file.subdomains if n.domain == domain.id and n.id in subdomains]:
                yield f"      {_named(node, lang)}  {shown_range(subdomains[node.id]['score'])}"
                for clause in subdomains[node.id]["clauses"]:
                    yield from _clause(document, model, clause, lang)


def _named(node: Node, lang: str) -> str:
    return f"{node.id} {getattr(node, lang)}"


def _clause(document: Mapping[str, Any], model: Model, clause: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Two lines at least: what is asked and the verdict; why. One more for each side, and for the evidence."""
    en = lang != "zh"
    low, high = clause["score"]["low"], clause["score"]["high"]
    span = f"[{low:g}]" if low == high else f"[{low:g}–{high:g}]"
    rule = "" if clause["id"] in document.get("asked", {}) else f" · {_NO_RULE[en]}"
    wording = getattr(model.clauses[clause["id"]], lang)
    yield f"        {clause['id']} {WORDS[clause['verdict']][en]} {span} · {BY[clause['by']][en]}{rule} · {wording}"
    if clause["because"]:
        yield f"            {clause['because'][lang]}"
    if "machine" in clause:
        machine = clause["machine"]
        yield f"            {BY['data'][en]}: {WORDS[machine['verdict']][en]}, {machine['because'].get(lang, '')}"
    if "person" in clause:
        yield f"            {BY['person'][en]}: {_person(clause['person'])}"
    if clause["evidence"]:
        yield f"            {_EVIDENCE[en]} {len(clause['evidence'])}: {' '.join(i[:SHORT] for i in clause['evidence'])}"


def _person(person: Mapping[str, Any]) -> str:
    told = [
        f"{person['score']:g}",
        *(str(person[key]) for key in ("reason", "who", "when", "file") if person.get(key)),
    ]
    return ", ".join(told)
