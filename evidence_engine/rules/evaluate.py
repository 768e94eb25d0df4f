"""From evidence records to clause results, with the bound that is worse for the claim (D30).

(1) Each item's subjects come from the register; an item without any decides nothing.
(2) The window: the latest one, of the first preferred kind, in which any item has a figure, else a record: a day on
    which nobody works is passed over, one on which nothing is known is not.
(3) Per subject: the test holds for sure, perhaps, or not. Without record or figure, not applicable (D16), covered less
    than the rule asks, or under a limitation that the rule distrusts, it is undecided: perhaps. All undecided, or one
    limitation that the rule distrusts for the whole clause (a limit disproved, D12): insufficient.
(4) measure = sure ÷ all … (sure + perhaps) ÷ all, or the figure's low … high.
(5) The word is that of the low measure; the score goes from the low measure's word to the high measure's.
    A rule that only indicates shows a sign, or none, or, where the sign is undecided, is insufficient.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from evidence_engine.documents import BadInput
from evidence_engine.evidence.record import SCHEMA
from evidence_engine.maturity.model import exact
from evidence_engine.maturity.verdict import SCORE_OF, ClauseResult, Verdict
from evidence_engine.rules.doubts import doubts_of, doubts_told, is_refuted, with_doubts
from evidence_engine.rules.rule import Item, Rule
from evidence_engine.rules.subjects import NAMES, subject_of, subjects
from evidence_engine.vocabulary.plant import Plant

Record = Mapping[str, Any]
Key = tuple[str, str]
"""(KPI, asset, `step/NAME` or SITE)."""
Windows = dict[tuple[str, str, str], dict[Key, Record]]
"""(kind, to, from) → records; instants are of one width (D1), so they sort as text."""

_WHY = {
    "coverage": {"zh": "覆盖低于规则的下限", "en": "coverage is under the rule's least"},
    "not_applicable": {
        "zh": "不适用：没有可比的数（分母为零，或见记录的限制说明）",
        "en": "not applicable: no figure to compare (denominator zero, or see the record's limitations)",
    },
    "nothing_known": {"zh": "这个时段一无所知", "en": "nothing is known in this window"},
    "no_record": {"zh": "没有证据记录", "en": "no evidence record"},
}
"""Why a subject is undecided; where all are, the first of these that occurs is the clause's reason."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject of one item: whether the test holds for sure or perhaps, why it is undecided, its record."""

    sure: bool
    perhaps: bool
    undecided: str = ""
    """`distrusted`, a key of _WHY, or empty."""
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A rule with its result, and what it found of each subject of each item: what would raise it is read from here."""

    rule: Rule
    result: ClauseResult
    findings: Sequence[tuple[Item, str, Finding]] = ()
    empty: Item | None = None
    """The item that the register has no subject for."""
    records: Mapping[Key, Record] = field(default_factory=dict)
    """The records of the window that was looked at."""
    window: dict[str, str] | None = None
    """That window: kind, from, to."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a rule found over all its subjects: bounds of the measure, and the counts behind them."""

    low: Fraction
    high: Fraction
    done: int
    maybe: int
    all: int


def evaluate(plant: Plant, rules: Sequence[Rule], records: Iterable[Record]) -> dict[str, ClauseResult]:
    """Each rule's result by clause id. records: documents of Record.to_json().

    BadInput: a record of another schema version or of another plant, two different records of one figure.
    """
    return {clause: found.result for clause, found in examine(plant, rules, records).items()}


def examine(plant: Plant, rules: Sequence[Rule], records: Iterable[Record]) -> dict[str, Examined]:
    """As `evaluate`, with what was found of each subject."""
    windows = _by_window(plant, rules, records)
    return {rule.clause: _examine(plant, rule, windows) for rule in rules}


def _by_window(plant: Plant, rules: Sequence[Rule], records: Iterable[Record]) -> Windows:
    """The records that some rule asks for, and what tells whether an asset is connected."""
    every, site = list(records), plant.site.id
    for record in every:
        if record.get("schema") != SCHEMA or record["subject"].get("site") != site:
            raise _not_ours(plant, record)
    kinds = {kind for rule in rules for kind in rule.windows}
    kpis = {item.kpi for rule in rules for item in rule.items} | {"data.completeness"}
    windows: Windows = {}
    for record in [r for r in every if r["kpi"] in kpis and r["window"]["kind"] in kinds]:
        window = record["window"]
        found = windows.setdefault((window["kind"], window["to"], window["from"]), {})
        key = (record["kpi"], subject_of(record["subject"]))
        if key in found and found[key]["id"] != record["id"]:
            raise BadInput(
                f"two different evidence records of {key[0]} for {key[1] or plant.site.id}, {window['kind']} "
                f"to {window['to']}: {found[key]['id']} and {record['id']}, keep one"
            )
        found[key] = record
    return windows


def _not_ours(plant: Plant, record: Record) -> BadInput:
    """Evidence of another schema version or of another plant."""
    schema, name = record.get("schema"), record.get("id", "without id")
    if schema != SCHEMA:
        return BadInput(
            f"evidence record {name}: schema '{schema}', expected '{SCHEMA}'; "
            "compute the evidence again with this version"
        )
    return BadInput(
        f"evidence record {name} ({record['kpi']}) is of site '{record['subject'].get('site')}', not of the plant "
        f"'{plant.site.id}'; give that plant's own folder"
    )


def _examine(plant: Plant, rule: Rule, windows: Windows) -> Examined:
    wanted = [(item, subjects(plant, item)) for item in rule.items]  # (1)
    for item, names in wanted:
        if not names:
            zh, en = NAMES[item.over]
            because = {"zh": f"登记表中没有{zh}", "en": f"the register has no {en}"}
            return Examined(rule, _insufficient(because), empty=item)
    keys = {(item.kpi, name) for item, names in wanted for name in names}
    window, records = _latest(rule, keys, windows)  # (2)
    found = [
        (item, name, _finding(rule, item, records.get((item.kpi, name))))
        for item, names in wanted
        for name in names
    ]
    settled = _settled(rule, [finding for _, _, finding in found])
    return Examined(rule, settled, found, records=records, window=window)


def _settled(rule: Rule, findings: Sequence[Finding]) -> ClauseResult:
    records = [finding.record for finding in findings if finding.record is not None]
    evidence = tuple(dict.fromkeys(record["id"] for record in records))
    doubts = doubts_told(rule, records)
    if doubts and (is_refuted(rule, records) or all(f.undecided == "distrusted" for f in findings)):
        return _insufficient(doubts, evidence)
    if all(finding.undecided for finding in findings):
        why = next(words for key, words in _WHY.items() if any(f.undecided == key for f in findings))
        return _insufficient(with_doubts(why, doubts), evidence)
    found = _result(rule, _measure(rule, findings), findings, evidence)
    return replace(found, because=with_doubts(found.because, doubts))


def _insufficient(because: Mapping[str, str], evidence: tuple[str, ...] = ()) -> ClauseResult:
    return ClauseResult("insufficient", because=dict(because), evidence=evidence)


def _latest(
    rule: Rule, keys: set[Key], windows: Windows
) -> tuple[dict[str, str] | None, Mapping[Key, Record]]:
    for kind in rule.windows:
        fitting = [window for window, found in windows.items() if window[0] == kind and keys & found.keys()]
        if fitting:
            telling = [window for window in fitting if any(map(_tells, _of(windows[window], keys)))]
            _, until, since = max(telling or fitting)
            return {"kind": kind, "from": since, "to": until}, windows[kind, until, since]
    return None, {}


def _of(records: Mapping[Key, Record], keys: set[Key]) -> Iterator[Record]:
    return (records[key] for key in keys & records.keys())


def _tells(record: Record) -> bool:
    """False where nothing could be told however much were known: not applicable (D16)."""
    return record["result"]["value"] is not None or record["result"]["low"] is not None


def _finding(rule: Rule, item: Item, record: Record | None) -> Finding:
    """(3)"""
    if record is None:
        return Finding(False, True, "no_record")
    value, low, high = (_bound(record["result"][key]) for key in ("value", "low", "high"))
    coverage = exact(record["coverage"])
    if doubts_of(rule, record):
        return Finding(False, True, "distrusted", record)
    if value is None and low is None:
        return Finding(False, True, "not_applicable", record)
    if coverage < rule.least_coverage:
        return Finding(False, True, "coverage", record)
    if rule.measure == "share" and item.test == "coverage":
        if value is None:
            return Finding(False, True, "nothing_known", record)
        return Finding(coverage >= item.at_least, coverage >= item.at_least, "", record)
    least, most = _asked(rule, item)
    sure, perhaps = low is not None and low >= least, high is None or high >= most
    return Finding(sure, perhaps, "nothing_known" if value is None and perhaps and not sure else "", record)


def _asked(rule: Rule, item: Item) -> tuple[Fraction, Fraction]:
    """What a figure must reach for anything to be said of it, and for everything."""
    if rule.measure == "share":
        return item.at_least, item.at_least
    thresholds = [threshold for _, threshold in rule.verdicts.given()]
    return thresholds[-1], thresholds[0]


def _bound(number: float | None) -> Fraction | None:
    """As it is written in the record: 0.95 reaches a threshold of 0.95, though the nearest double lies below it."""
    return None if number is None else exact(number)


def _measure(rule: Rule, findings: Sequence[Finding]) -> Measure:
    """(4)"""
    done = sum(finding.sure for finding in findings)
    maybe = sum(finding.perhaps and not finding.sure for finding in findings)
    every = len(findings)
    if rule.measure == "share":
        return Measure(Fraction(done, every), Fraction(done + maybe, every), done, maybe, every)
    record = findings[0].record or {}
    low, high = _bound(record["result"]["low"]), _bound(record["result"]["high"])
    return Measure(
        Fraction(0) if low is None else low, Fraction(1) if high is None else high, done, maybe, every
    )


def _result(
    rule: Rule, found: Measure, findings: Sequence[Finding], evidence: tuple[str, ...]
) -> ClauseResult:
    """(5)"""
    low_word, high_word = rule.verdicts.word(found.low), rule.verdicts.word(found.high)
    because = _because(rule, found)
    if any(finding.record is not None and finding.record["provisional"] for finding in findings):
        because = {"zh": f"{because['zh']}（暂定）", "en": f"{because['en']} (provisional)"}
    if rule.says == "indicates":
        open_: Verdict = "insufficient" if high_word != "not" else "not_assessed"
        return ClauseResult("indicated" if low_word != "not" else open_, because=because, evidence=evidence)
    best = SCORE_OF[rule.at_best]
    reaches_best = SCORE_OF[high_word] >= best
    word = low_word if SCORE_OF[low_word] < best else rule.at_best
    high = Fraction(1) if reaches_best else SCORE_OF[high_word]
    return ClauseResult(word, SCORE_OF[word], high, "data", because, evidence)


def _because(rule: Rule, found: Measure) -> dict[str, str]:
    rated = next((item.rated_from for item in rule.items if item.rated_from is not None), Fraction(0))
    told = {
        "done": found.done,
        "maybe": found.maybe,
        "all": found.all,
        "low": _percent(found.low, floor),
        "high": _percent(found.high, ceil),
        "least": f"{float(rule.items[0].at_least):.0%}",
        "rated_from": f"{float(rated):g}",
    }
    return {"zh": rule.reason.zh.format(**told), "en": rule.reason.en.format(**told)}


def _percent(share: Fraction, outward: Callable[[Fraction], int]) -> str:
    """To a tenth, rounded outward: a bound never reads better than it is."""
    return f"{outward(share * 1000) / 10:.1f}%"
