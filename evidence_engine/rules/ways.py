"""How a clause comes to full marks: which assets lack what, and what a person must do, in words to act on.

The effort of a way is that of its hardest part: `coverage` (data is there but covers too little), `connect` (assets are
not connected), `system` (connected, but nothing gives the figure; or a system that the plant does not have), `person`.
A person's answer never overrides data: where data says that a clause is not fully met, the way goes over the data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from evidence_engine.kpis import KPIS
from evidence_engine.maturity.model import Clause, Model, exact
from evidence_engine.maturity.next_steps import EFFORTS
from evidence_engine.maturity.verdict import Answer
from evidence_engine.rules.doubts import doubts_told, is_refuted
from evidence_engine.rules.evaluate import Examined, Finding
from evidence_engine.rules.rule import Item, Rule
from evidence_engine.rules.subjects import NAMES, SITE, STEP

Words = dict[str, str]

_SOURCES = {
    "production.schedule_attainment": ("导入生产计划", "bring in the production plan"),
    "energy.per_good_piece": ("在登记表标明产出设备", "mark the output assets in the register"),
}
"""What gives a figure that connected assets lack; else its tags."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One subject that an item of a rule lacks: KPI, asset (SITE for the site), the effort, what there is now.

    asks: what is too low, the record's `coverage` or the `figure` itself; `trust`: its evidence is not believed.
    """

    item: Item
    asset: str
    effort: str
    now: Fraction | None
    asks: str = "coverage"


@dataclass(frozen=True, slots=True)
class Way:
    """What brings one clause to full marks."""

    effort: str
    do: Words
    lacks: Sequence[Lack] = field(default_factory=tuple)
    needs_person: bool = False

    def to_json(self) -> dict[str, object]:
        """As on the score's `next`; `subjects` are KPI and asset (`""`: the site, `step/NAME`: a process step)."""
        return {
            "effort": self.effort,
            "do": self.do,
            "subjects": [{"kpi": lack.item.kpi, "asset": lack.asset} for lack in self.lacks],
            "person": self.needs_person,
        }


def way_of(model: Model, clause: Clause, examined: Examined | None, answer: Answer | None, site: str) -> Way:
    """The way of one clause. examined: what its rule found, if it has one; site: what to call the site."""
    decides = examined is not None and examined.rule.says == "decides"
    data = examined.result if examined is not None and decides else None
    proves_all = examined is not None and decides and examined.rule.at_best == "met"
    over_data = data is not None and (data.high < 1 or (proves_all and data.low < 1 and answer is None))
    person = (answer is None and not proves_all) or (answer is not None and answer.score < 1)
    parts, lacks, efforts = [], list[Lack](), []
    if over_data and examined is not None:
        lacks = _lacks(examined)
        efforts += [lack.effort for lack in lacks] or ["system"]
        parts += list(_data_words(examined, lacks, site))
    if person:
        efforts.append(_persons_effort(clause, examined))
        parts.append(_person_words(clause, examined, answer))
    effort = max(efforts, key=EFFORTS.index, default="person")
    return Way(effort, _together(model, clause, parts), tuple(lacks), person)


def _persons_effort(clause: Clause, examined: Examined | None) -> str:
    """Where data could show a sign but no rule reads it, a system must give it before a person can judge it."""
    return "system" if examined is None and clause.live_data != "N" else "person"


def _lacks(examined: Examined) -> list[Lack]:
    """As many subjects as the word asks for that data can prove, beyond those that hold for sure, the easiest first."""
    rule = examined.rule
    best = dict(rule.verdicts.given())[rule.at_best]
    if rule.measure == "figure":
        return [_lack(examined, *examined.findings[0])] if examined.findings else []
    done = sum(finding.sure for _, _, finding in examined.findings)
    open_ = [_lack(examined, *found) for found in examined.findings if not found[2].sure]
    must = [lack for lack in open_ if lack.asks == "trust"] if _is_refuted(examined) else []
    open_ = [lack for lack in open_ if lack not in must]
    open_.sort(key=lambda lack: (EFFORTS.index(lack.effort), -(lack.now or 0)))
    return must + open_[: max(ceil(best * len(examined.findings)) - done - len(must), 0)]


def _is_refuted(examined: Examined) -> bool:
    """Then nothing can be said of the clause until every doubt is settled."""
    return is_refuted(examined.rule, [f.record for _, _, f in examined.findings if f.record is not None])


def _lack(examined: Examined, item: Item, asset: str, finding: Finding) -> Lack:
    asks = _asks(examined.rule, item, finding)
    if asks == "trust":
        return Lack(item, asset, "coverage", None, asks)
    now = _now(finding, asks)
    if now:
        return Lack(item, asset, "coverage", now, asks)
    if asset == SITE:
        return Lack(item, asset, "connect" if finding.record is not None else "system", now, asks)
    link = examined.records.get(("data.completeness", asset))
    is_up = link is not None and bool(link["result"]["value"])
    return Lack(item, asset, "system" if is_up else "connect", now, asks)


def _asks(rule: Rule, item: Item, finding: Finding) -> str:
    if finding.undecided == "distrusted":
        return "trust"
    if finding.undecided == "coverage" or (rule.measure == "share" and item.test == "coverage"):
        return "coverage"
    return "figure"


def _now(finding: Finding, asks: str) -> Fraction | None:
    """What is too low, as it stands; None where there is no record, or nothing is known."""
    if finding.record is None:
        return None
    found = finding.record["coverage"] if asks == "coverage" else finding.record["result"]["low"]
    return None if found is None else exact(found)


def _data_words(examined: Examined, lacks: Sequence[Lack], site: str) -> Iterator[Words]:
    if examined.empty is not None:
        zh, en = NAMES[examined.empty.over]
        yield {
            "zh": f"登记并接入{zh}（登记表中还没有）",
            "en": f"register and connect {en} (the register has none)",
        }
    groups: dict[tuple[str, ...], list[Lack]] = {}
    for lack in lacks:
        groups.setdefault((lack.effort, lack.item.kpi, lack.item.over, lack.asks), []).append(lack)
    for (effort, *_, asks), found in groups.items():
        if asks == "trust":
            yield _settle(examined, found)
            continue
        among = sum(item == found[0].item for item, _, _ in examined.findings)
        yield _WORDS[effort](examined.rule, found, among, site)


def _settle(examined: Examined, found: Sequence[Lack]) -> Words:
    records = [examined.records[lack.item.kpi, lack.asset] for lack in found]
    doubts = doubts_told(examined.rule, records)
    return {
        "zh": f"核对并更正申明的事实或测点（{doubts['zh']}）",
        "en": f"check and correct what was stated or how it is measured ({doubts['en']})",
    }


def _raise(rule: Rule, found: Sequence[Lack], among: int, site: str) -> Words:
    kpi, least = KPIS[found[0].item.kpi], f"{float(_least(rule, found[0])):.0%}"
    names = _names(found, site)
    if found[0].asks == "figure":
        return {
            "zh": f"把{kpi.name_zh}的下限提到 ≥ {least}：{names}",
            "en": f"bring the low bound of {_lower(kpi.name_en)} to ≥ {least}: {names}",
        }
    return {
        "zh": f"把{kpi.name_zh}的数据覆盖提到 ≥ {least}：{names}",
        "en": f"raise the coverage of {_lower(kpi.name_en)} to ≥ {least}: {names}",
    }


def _connect(rule: Rule, found: Sequence[Lack], among: int, site: str) -> Words:
    zh, en = NAMES[found[0].item.over]
    names = _names(found, site)
    if found[0].asset == SITE:
        kpi = KPIS[found[0].item.kpi]
        return {
            "zh": f"接入给出{kpi.name_zh}的设备：{zh}",
            "en": f"connect what gives {_lower(kpi.name_en)} of {en}",
        }
    return {
        "zh": f"接入 {among} 台{zh}中的 {len(found)} 台：{names}",
        "en": f"connect {len(found)} of {among} {en}: {names}",
    }


def _source(rule: Rule, found: Sequence[Lack], among: int, site: str) -> Words:
    kpi, names = KPIS[found[0].item.kpi], _names(found, site)
    zh, en = _SOURCES.get(kpi.id, ("接入给出它的标签或系统", "add the tags or the system that give it"))
    return {
        "zh": f"{names}：没有{kpi.name_zh}，{zh}",
        "en": f"{names}: no {_lower(kpi.name_en)} yet, {en}",
    }


_WORDS = {"coverage": _raise, "connect": _connect, "system": _source}


def _least(rule: Rule, lack: Lack) -> Fraction:
    """What the rule asks of it: of a coverage, the greater of what the test and the rule ask."""
    if lack.asks == "figure":
        return dict(rule.verdicts.given())[rule.at_best] if rule.measure == "figure" else lack.item.at_least
    tested = lack.item.at_least if rule.measure == "share" and lack.item.test == "coverage" else Fraction(0)
    return max(tested, rule.least_coverage)


def _names(found: Sequence[Lack], site: str) -> str:
    """`CNC-01 (62 %), CNC-02`."""
    return ", ".join(
        (lack.asset.removeprefix(STEP) or site) + ("" if lack.now is None else f" ({float(lack.now):.1%})")
        for lack in found
    )


def _lower(name: str) -> str:
    """`Availability` inside a sentence; `OEE` stays."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _person_words(clause: Clause, examined: Examined | None, answer: Answer | None) -> Words:
    if answer is not None:
        return {
            "zh": f"已评 {float(answer.score):g}（{answer.reason}）：改进，或与数据对上后再评",
            "en": f"judged {float(answer.score):g} ({answer.reason}): improve it, or settle it with the data, and judge it again",
        }
    if examined is not None:
        look, sample = examined.rule.card.look_at, examined.rule.card.sample
        return {
            "zh": f"由人确认：看{look.zh}；抽样：{sample.zh}",
            "en": f"have a person confirm it: look at {look.en}; sample: {sample.en}",
        }
    if clause.live_data == "N":
        return {"zh": f"由人评定：{clause.zh}", "en": f"have a person judge it: {clause.en}"}
    return {
        "zh": f"需要有系统做到并由人评定：{clause.zh}",
        "en": f"have a system do it and a person judge it: {clause.en}",
    }


def _together(model: Model, clause: Clause, parts: Sequence[Words]) -> Words:
    """The parts, and what they lead to: `…: 能源管理 2c becomes met`."""
    node = next(node for node in model.file.subdomains if node.id == clause.subdomain)
    place = clause.id.rpartition(".")[2]
    return {
        "zh": "；".join(part["zh"] for part in parts) + f" → {node.zh} {place} 成为满足",
        "en": "; ".join(part["en"] for part in parts) + f" → {node.en} {place} becomes met",
    }


def ways_of(
    model: Model, examined: Mapping[str, Examined], answers: Mapping[str, Answer], site: str
) -> dict[str, Way]:
    """The way of every clause, by id; one that has full marks already needs none, and its way is not asked for."""
    return {
        key: way_of(model, clause, examined.get(key), answers.get(key), site)
        for key, clause in model.clauses.items()
    }
