"""The whole way from evidence records to the score document: rules, people's answers, scoring, what next.

Beside D30's keys the document has: `site`, `rules` (id@version), `asked` (by clause, the rule with its thresholds, its
card and the window that was looked at), `disagreements` (clauses in which a person and data differ), `facts` (what the
plant states), `facts_changed` (rows of plant_facts.py: what differs from an earlier score; null where none was given),
`outside_register` (assets of which there is evidence, but which the register does not list: no rule asks about them) and
`next`, for each level not reached:
{"level": 2, "count": 31, "shortest": true, "clauses": ["R1.2b", …], "steps": [{"clause": "M2-7.2c", "gain": 0.02,
 "effort": "coverage|connect|system|person", "do": {"zh", "en"}, "subjects": [{"kpi", "asset"}], "person": false}]}
`clauses` are all that must come to full marks, levels below included; `steps` those of the level itself.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from evidence_engine.maturity.model import Model
from evidence_engine.maturity.next_steps import next_goals
from evidence_engine.maturity.score_document import score
from evidence_engine.maturity.verdict import Answer, ClauseResult, join
from evidence_engine.rules.evaluate import Examined, examine
from evidence_engine.rules.plant_facts import facts_changed, facts_of
from evidence_engine.rules.rule import RuleFile
from evidence_engine.rules.ways import ways_of
from evidence_engine.vocabulary.plant import Plant


def score_plant(
    plant: Plant,
    model: Model,
    rules: RuleFile,
    records: Iterable[Mapping[str, Any]],
    answers: Mapping[str, Answer] | None = None,
    exclude: Collection[str] = (),
    since: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The score document of a plant. records: evidence documents; answers: people's, by clause id.

    since: an earlier score document, or {"facts": facts_of(plant as it was)}, to tell which facts changed.
    """
    evidence = list(records)
    found = examine(plant, rules.rules, evidence)
    told = answers or {}
    results = {
        clause: join(found[clause].result if clause in found else None, told.get(clause))
        for clause in model.clauses
        if clause in found or clause in told
    }
    document = score(model, results, plant.site.industry, exclude) | {
        "site": plant.site.id,
        "rules": f"{rules.model}@{rules.version}",
        "asked": {
            rule.clause: rule.to_json() | {"window": found[rule.clause].window} for rule in rules.rules
        },
        "disagreements": [clause for clause, result in results.items() if result.is_disputed],
        "outside_register": _outside(plant, evidence),
        "facts": facts_of(plant),
        "next": _next(plant, model, found, told, results, exclude),
    }
    return document | {"facts_changed": None if since is None else facts_changed(since, document)}


def _outside(plant: Plant, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """A register that lost an asset shows here, whether or not there is an earlier score to compare with."""
    return sorted({record["subject"].get("asset") for record in records} - {*plant.assets, None})


def _next(
    plant: Plant,
    model: Model,
    found: Mapping[str, Examined],
    told: Mapping[str, Answer],
    results: Mapping[str, ClauseResult],
    exclude: Collection[str],
) -> list[dict[str, Any]]:
    ways = ways_of(model, found, told, plant.site.id)
    efforts = {clause: way.effort for clause, way in ways.items()}
    goals = next_goals(model, results, efforts, plant.site.industry, exclude)
    return [
        {
            "level": goal.level,
            "count": len(goal.clauses),
            "shortest": goal.is_shortest,
            "clauses": list(goal.clauses),
            "steps": [
                {"clause": step.clause, "gain": float(step.gain)} | ways[step.clause].to_json()
                for step in goal.steps
            ],
        }
        for goal in goals
    ]
