"""Every word that a page shows, in both languages: terms from the glossary, sentences from `phrases.tsv`.

A page never writes a word of its own: `t("todo.none")` is a sentence, `term("availability")` a term. An unknown key
is a KeyError, so a missing word fails a test and never reaches a reader as an empty place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from evidence_engine.kpis.registry import KPIS
from evidence_engine.vocabulary.plant import Name

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)

STATE_TERMS = {
    "producing": "producing",
    "setup": "set-up",
    "idle": "idle",
    "down": "down",
    "planned_stop": "planned stop",
    "off": "off",
    "unknown": "unknown",
}
"""State category to its term."""

VERDICT_TERMS = {
    "met": "met",
    "mostly": "mostly met",
    "partly": "partly met",
    "not": "not met",
    "insufficient": "insufficient data",
    "not_assessed": "not assessed",
}
"""Verdict word of D30 to its term; `indicated` is a sentence of ours."""

KPI_TERMS = {
    "network.networking_rate": "equipment networking rate",
    "network.networking_rate_digitised": "networking rate of digitised equipment",
    "equipment.oee": "overall equipment effectiveness",
    "equipment.availability": "availability",
    "equipment.effectiveness": "effectiveness",
    "equipment.mtbf": "mean time between failures",
    "equipment.mttr": "mean time to repair",
    "quality.quality_ratio": "quality ratio",
    "production.throughput": "throughput",
    "production.schedule_attainment": "schedule attainment",
    "production.count_good": "good count",
    "production.count_total": "total count",
    "energy.electricity": "electricity",
    "energy.coal_equivalent": "coal equivalent",
    "energy.per_good_piece": "electricity per good piece",
}
"""KPI to its term; the others are sentences `kpi.<id>`."""

KPI_SYMBOLS = {"equipment.oee": "OEE", "equipment.mtbf": "MTBF", "equipment.mttr": "MTTR"}
"""What people in the trade say instead."""

KPI_PHRASES = {
    "quality.reject_ratio": "kpi.reject_ratio",
    "production.count_good_window": "kpi.count_good_window",
    "energy.gas": "kpi.gas",
    "energy.water": "kpi.water",
    "data.completeness": "kpi.completeness",
}

PART_TERMS = {"calorific": "calorific equivalent", "primary": "primary-energy equivalent"}
"""Values of parts that are terms."""

UNITS = {"m3": "m³", "kg": "kg", "h": "h", "s": "s", "kWh": "kWh", "kgce": "kgce", "kW": "kW", "Cel": "°C"}


@cache
def _table(name: str) -> Mapping[str, tuple[str, str]]:
    """Key to (zh, en). The glossary's key is its English term; its columns are zh, en, symbol, …"""
    text = files("collector.web").joinpath("text", name).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:] if line.strip()]
    if name == "glossary.tsv":
        return {row[1]: (row[0], row[1]) for row in rows}
    return {row[0]: (row[1], row[2]) for row in rows}


def phrases() -> Mapping[str, tuple[str, str]]:
    """Every sentence: key to (zh, en)."""
    return _table("phrases.tsv")


def glossary() -> Mapping[str, tuple[str, str]]:
    """Every term: its English word to (zh, en)."""
    return _table("glossary.tsv")


def lang_of(text: str | None, otherwise: Lang = "zh") -> Lang:
    """The language that a request asks for."""
    return next((lang for lang in LANGS if lang == text), otherwise)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    lang: Lang

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key, filled; with n = 1 the key's `.one`, where there is such a form."""
        table = phrases()
        one = f"{key}.one"
        text = table[one if values.get("n") == 1 and one in table else key]
        return self._of(text).format(**values)

    def term(self, english: str) -> str:
        """A term of the glossary."""
        return self._of(glossary()[english])

    def state(self, word: str) -> str:
        """The word of a state category, `unknown` included."""
        return self.term(STATE_TERMS[word])

    def verdict(self, word: str) -> str:
        """The word of a verdict (D30)."""
        return self("verdict.indicated") if word == "indicated" else self.term(VERDICT_TERMS[word])

    def kpi(self, kpi: str) -> str:
        """The name of a KPI: the trade's term, our phrase, else that of the table of KPIs; its id where nobody knows it."""
        if kpi in KPI_TERMS:
            symbol = KPI_SYMBOLS.get(kpi)
            return self.term(KPI_TERMS[kpi]) + (f" {symbol}" if symbol else "")
        if kpi in KPI_PHRASES:
            return self(KPI_PHRASES[kpi])
        return self._of((KPIS[kpi].name_zh, KPIS[kpi].name_en)) if kpi in KPIS else kpi

    def part(self, key: str) -> str:
        """What a record's part is called; its own key where the pages have no word for it."""
        return self(f"part.{key}") if f"part.{key}" in phrases() else key

    def part_value(self, value: Any) -> Any:
        """A part's value, in words where it is one that the glossary knows."""
        return self.term(PART_TERMS[value]) if isinstance(value, str) and value in PART_TERMS else value

    def name(self, name: Name) -> str:
        """A name that the plant gave."""
        return name.zh if self.lang == "zh" else name.en

    def pick(self, both: Mapping[str, str] | None) -> str:
        """The side of a {zh, en} pair in a document."""
        return str(both[self.lang]) if both else ""

    def unit(self, unit: str) -> str:
        """A unit as people write it; a ratio has none here, its figures carry %."""
        if unit == "1":
            return ""
        named = {**UNITS, "{piece}": self("unit.piece"), "{event}": self("unit.event")}
        return "/".join(named.get(part, part) for part in unit.split("/"))

    @property
    def other(self) -> "Words":
        """The other language."""
        return Words("en" if self.lang == "zh" else "zh")

    @property
    def html_lang(self) -> str:
        """For `<html lang>`."""
        return "zh-CN" if self.lang == "zh" else "en"

    def _of(self, both: tuple[str, str]) -> str:
        return both[0] if self.lang == "zh" else both[1]
