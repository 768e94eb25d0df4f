"""From evidence records to clause results, with the bound that is worse for the claim (D30).

(1) The window: the latest one, of the first preferred kind, in which any item has a record.
(2) Each item's subjects come from the register, not from what happens to have data.
(3) Per subject: held for sure, perhaps, or not. No record at all: nothing is known, so perhaps.
(4) measure = sure ÷ all … (sure + perhaps) ÷ all, or the figure's low … high.
(5) Word of the low measure; score from the word of low to the word of high.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evidence_engine.maturity.verdict import SCORE_OF, ClauseResult
from evidence_engine.rules.rule import Item, Over, Rule
from evidence_engine.vocabulary.plant import Asset, Plant

HIGH_ENERGY_KW = 50.0
"""Rated power from which an asset counts as a high user: our own parameter."""

Record = Mapping[str, Any]
Key = tuple[str, str]
"""(KPI, asset, or '' for the site)."""

ELECTRICITY = ("electricity_meter",)
CARRIERS = ("electricity_meter", "gas_meter", "water_meter", "steam_meter")

_CHOICES: dict[Over, Callable[[Asset], bool]] = {
    "production": lambda asset: asset.is_production,
    "key_production": lambda asset: asset.is_production and asset.key,
    "high_energy": lambda asset: (asset.rated_power or 0) >= HIGH_ENERGY_KW and asset.kind not in ELECTRICITY,
    "output": lambda asset: asset.output,
    "electricity_meters": lambda asset: asset.kind in ELECTRICITY,
    "carrier_meters": lambda asset: asset.kind in CARRIERS,
    "environment_stations": lambda asset: asset.kind == "environment_station",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a rule found: low and high of the measure, counts of subjects, records used."""

    low: Fraction
    high: Fraction
    done: int = 0
    maybe: int = 0
    all: int = 0
    evidence: tuple[str, ...] = ()
    insufficient: str = ""
    """Why there is no verdict: a key of _WHY."""


_WHY = {
    "no_subject": ("登记表中没有这类设备", "the register has no such asset"),
    "no_record": ("这个时段没有任何证据记录", "no evidence record in any such window"),
    "coverage": ("覆盖低于规则的下限", "coverage is under the rule's least"),
    "not_applicable": ("分母为零，不适用", "not applicable: the denominator is zero"),
}


def subjects(plant: Plant, over: Over) -> list[str]:
    """The assets of the register that an item looks at; [''] for the site."""
    if over == "site":
        return [""]
    return [name for name, asset in plant.assets.items() if _CHOICES[over](asset)]


def evaluate(plant: Plant, rules: Sequence[Rule], records: Iterable[Record]) -> dict[str, ClauseResult]:
    """Each rule's result by clause id. records: documents of Record.to_json(), of this plant only."""
    windows = _by_window(plant, records)
    return {rule.clause: _result(rule, _measure(plant, rule, windows)) for rule in rules}


Windows = dict[tuple[str, str], dict[Key, Record]]
"""(kind, end) → records."""


def _by_window(plant: Plant, records: Iterable[Record]) -> Windows:
    windows: Windows = {}
    for record in records:
        subject = record["subject"]
        if subject.get("site") != plant.site.id or "step" in subject:
            continue
        key = (record["window"]["kind"], record["window"]["to"])
        windows.setdefault(key, {})[(record["kpi"], subject.get("asset", ""))] = record
    return windows


def _measure(plant: Plant, rule: Rule, windows: Windows) -> Measure:
    wanted = [(item, asset) for item in rule.items for asset in subjects(plant, item.over)]  # (2)
    if not wanted:
        return Measure(Fraction(0), Fraction(1), insufficient="no_subject")
    chosen = _window(rule, {(item.kpi, asset) for item, asset in wanted}, windows)  # (1)
    if chosen is None:
        return Measure(Fraction(0), Fraction(1), all=len(wanted), insufficient="no_record")
    if rule.measure == "figure":
        return _figure(rule, chosen[(rule.items[0].kpi, wanted[0][1])])
    return _share(wanted, chosen)


def _window(rule: Rule, keys: set[Key], windows: Windows) -> dict[Key, Record] | None:
    for kind in rule.windows:
        ends = [end for (its_kind, end), found in windows.items() if its_kind == kind and keys & found.keys()]
        if ends:
            return windows[(kind, max(ends))]
    return None


def _figure(rule: Rule, record: Record) -> Measure:
    result, evidence = record["result"], (record["id"],)
    if result["low"] is None and result["value"] is None:
        return Measure(Fraction(0), Fraction(1), evidence=evidence, insufficient="not_applicable")
    low = Fraction(result["low"] or 0)
    high = Fraction(1) if result["high"] is None else Fraction(result["high"])
    short = "coverage" if Fraction(record["coverage"]) < rule.least_coverage else ""
    return Measure(low, high, evidence=evidence, insufficient=short)


def _share(wanted: Sequence[tuple[Item, str]], chosen: Mapping[Key, Record]) -> Measure:
    done = maybe = 0
    evidence = []
    for item, asset in wanted:
        record = chosen.get((item.kpi, asset))
        sure, perhaps = _holds(item, record)  # (3)
        done += sure
        maybe += perhaps and not sure
        evidence += [record["id"]] if record is not None else []
    every = len(wanted)
    return Measure(
        Fraction(done, every), Fraction(done + maybe, every), done, maybe, every, tuple(evidence)
    )  # (4)


def _holds(item: Item, record: Record | None) -> tuple[bool, bool]:
    """(for sure, perhaps) whether the test holds of one subject."""
    if record is None:
        return False, True
    if item.test == "coverage":
        holds = record["result"]["value"] is not None and Fraction(record["coverage"]) >= item.at_least
        return holds, holds
    low, high = record["result"]["low"], record["result"]["high"]
    sure = low is not None and Fraction(low) >= item.at_least
    return sure, high is None or Fraction(high) >= item.at_least


def _result(rule: Rule, found: Measure) -> ClauseResult:
    if found.insufficient:
        zh, en = _WHY[found.insufficient]
        return ClauseResult("insufficient", because={"zh": zh, "en": en}, evidence=found.evidence)
    low_word, high_word = rule.verdicts.word(found.low), rule.verdicts.word(found.high)
    because = _because(rule, found)
    if rule.says == "indicates":
        sign = "indicated" if low_word != "not" else "not_assessed"
        return ClauseResult(sign, because=because, evidence=found.evidence)
    best = SCORE_OF[rule.at_best]
    low = min(SCORE_OF[low_word], best)
    high = SCORE_OF[high_word] if SCORE_OF[high_word] < best else Fraction(1) if best < 1 else best
    word = low_word if SCORE_OF[low_word] <= best else rule.at_best
    return ClauseResult(word, low, high, "data", because, found.evidence)  # (5)


def _because(rule: Rule, found: Measure) -> dict[str, str]:
    told = {
        "done": found.done,
        "maybe": found.maybe,
        "all": found.all,
        "low": f"{float(found.low):.1%}",
        "high": f"{float(found.high):.1%}",
        "least": f"{float(rule.items[0].at_least):.0%}",
    }
    return {"zh": rule.reason.zh.format(**told), "en": rule.reason.en.format(**told)}
