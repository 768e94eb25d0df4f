"""Which rules a model gets: a file of one's own, those that ship for it, or none, where nothing ships for it."""

from pathlib import Path

from evidence_engine.maturity.model import Model
from evidence_engine.rules.rule import BUNDLED, RuleFile, load_rules, read_rules


def rules_for(model: Model, path: Path | None = None) -> RuleFile:
    """The rules of a file, else the bundled ones; a model that we have no rules for is answered by people alone.

    Of a corrected model the bundled rules stay for the clauses that it still has.
    """
    if path is not None:
        return load_rules(model, path)
    bundled = BUNDLED.with_name(f"{model.file.id}.yaml")
    if not bundled.is_file():
        return RuleFile(schema="floortruth/rules/1", model=model.file.id, version="none", rules=[])
    if model.corrected is None:
        return load_rules(model, bundled)
    return _of_corrected(model, bundled)


def _of_corrected(model: Model, bundled: Path) -> RuleFile:
    from evidence_engine.maturity.loading import load_model

    file = read_rules(bundled.read_text(encoding="utf-8"), bundled.name, load_model(model.file.id))
    return file.model_copy(update={"rules": [rule for rule in file.rules if rule.clause in model.clauses]})
