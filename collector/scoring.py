"""From records to the score document in a running collector: model, rules, and what people have said until now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.config import CollectorConfig, read_text
from collector.journal import Journal
from evidence_engine.documents import BadInput
from evidence_engine.maturity import Answer, Model, load_model
from evidence_engine.maturity.scoring import left_out_of
from evidence_engine.vocabulary.plant import Plant

if TYPE_CHECKING:
    from evidence_engine.rules import RuleFile

Json = dict[str, Any]


@dataclass(slots=True)
class AnswerFile:
    """People's answers in a file (YAML, or XLSX by its suffix), read again when it changes."""

    path: Path
    clauses: Mapping[str, object]
    _seen: tuple[int, int] | None = None
    _answers: dict[str, Answer] = field(default_factory=dict)

    def has_news(self) -> bool:
        """Whether the file is another one than was read."""
        return self._mark() != self._seen

    def read(self) -> dict[str, Answer]:
        """By clause id. BadInput names every wrong row."""
        mark = self._mark()
        if mark != self._seen:
            self._answers = self._parsed()
            self._seen = mark
        return self._answers

    def _mark(self) -> tuple[int, int]:
        try:
            stat = self.path.stat()
        except OSError as error:
            raise BadInput(f"{self.path}: {(error.strerror or 'not readable').lower()}") from None
        return stat.st_mtime_ns, stat.st_size

    def _parsed(self) -> dict[str, Answer]:
        from evidence_engine.rules import read_answer_sheet, read_answers

        if self.path.suffix.lower() in (".xlsx", ".xlsm"):
            return read_answer_sheet(self.path.read_bytes(), self.path.name, list(self.clauses))
        return read_answers(read_text(self.path), self.path.name, list(self.clauses))


@dataclass(slots=True)
class Scoring:
    """Scores records as things stand."""

    plant: Plant
    model: Model
    rules: "RuleFile"
    exclude: Sequence[str]
    file: AnswerFile | None
    journal: Journal
    _facts: Json = field(init=False)
    _heard: int = -1

    def __post_init__(self) -> None:
        from evidence_engine.rules import facts_of

        self._facts = facts_of(self.plant)

    @property
    def kinds(self) -> set[str]:
        """The kinds of windows that some rule looks at; the others say nothing about a clause."""
        return {kind for rule in self.rules.rules for kind in rule.windows}

    def has_news(self) -> bool:
        """Whether somebody has said something since the last score."""
        return self.journal.heard() != self._heard or (self.file is not None and self.file.has_news())

    def answers(self) -> dict[str, Answer]:
        """By clause id: what was said by API and page, else what the file says."""
        told = {} if self.file is None else self.file.read()
        return told | {c: a for c, a in self.journal.standing().items() if c in self.model.clauses}

    def __call__(self, documents: Sequence[Json]) -> Json:
        """The score document of these records."""
        from evidence_engine.rules import score_plant

        heard, answers = self.journal.heard(), self.answers()
        before = self.journal.facts_before(self._facts)
        since = None if before is None else {"facts": before[1]}
        score = score_plant(self.plant, self.model, self.rules, documents, answers, self.exclude, since)
        self._heard = heard
        return score


def scoring_of(config: CollectorConfig, plant: Plant, journal: Journal) -> Scoring:
    """Model, rules and answers as the configuration names them. BadInput where one is wrong."""
    from evidence_engine.rules import rules_for

    assess = config.assess
    model = load_model(model_place(config))
    left_out_of(model, assess.exclude)
    rules = rules_for(model, None if assess.rules is None else config.at(assess.rules))
    file = None if assess.answers is None else AnswerFile(config.at(assess.answers), model.clauses)
    if file is not None:
        file.read()
    return Scoring(plant, model, rules, assess.exclude, file, journal)


def model_place(config: CollectorConfig) -> str | Path:
    """What `assess.model` names: a folder or file beside the configuration, else a bundled model."""
    place = config.at(config.assess.model)
    is_file = place.suffix in (".yaml", ".yml")
    return place if is_file or place.is_dir() else config.assess.model
