"""The whole way from evidence records to the score document: rules, people's answers, scoring."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from evidence_engine.maturity.model import Model
from evidence_engine.maturity.score_document import score
from evidence_engine.maturity.verdict import Answer, join
from evidence_engine.rules.evaluate import evaluate
from evidence_engine.rules.rule import RuleFile
from evidence_engine.vocabulary.plant import Plant


def score_plant(
    plant: Plant,
    model: Model,
    rules: RuleFile,
    records: Iterable[Mapping[str, Any]],
    answers: Mapping[str, Answer] | None = None,
    exclude: Collection[str] = (),
) -> dict[str, Any]:
    """The score document (D30) of a plant. records: evidence documents; answers: people's, by clause id.

    Beside D30's keys: `site`, `rules` (id@version), and `asked`: by clause, the rule with its thresholds and its card.
    """
    found = evaluate(plant, rules.rules, records)
    told = answers or {}
    results = {
        clause: join(found.get(clause), told.get(clause))
        for clause in model.clauses
        if clause in found or clause in told
    }
    document = score(model, results, plant.site.industry, exclude)
    asked = {rule.clause: rule.to_json() for rule in rules.rules}
    return document | {"site": plant.site.id, "rules": f"{rules.model}@{rules.version}", "asked": asked}
