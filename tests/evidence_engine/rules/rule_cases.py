"""A small plant, rules written for one case each, and evidence records as the engine writes them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from evidence_engine.documents import read_yaml
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.limitations import limitations_of
from evidence_engine.maturity import ClauseResult, load_model
from evidence_engine.rules import evaluate, read_rules
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import DAY
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window, WindowKind

MODEL = load_model()

PLANT = """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
steps: {milling: {name: {zh: 铣, en: Milling}, key: true}, packing: {name: {zh: 包, en: Packing}}}
assets:
  K1: {kind: cnc, name: {zh: 一, en: one}, key: true, rated_power: 50}
  K2: {kind: cnc, name: {zh: 二, en: two}, step: milling, rated_power: 49.9}
  K3: {kind: press, name: {zh: 三, en: three}, key: true}
  K4: {kind: furnace, name: {zh: 四, en: four}, key: true, rated_power: 120}
  PACK: {kind: packaging_line, name: {zh: 包, en: pack}, step: packing, output: true}
  AIR: {kind: compressor, name: {zh: 气, en: air}, key: true, rated_power: 75}
  EM: {kind: electricity_meter, name: {zh: 电, en: power}, rated_power: 500}
  GAS: {kind: gas_meter, name: {zh: 燃气, en: gas}}
  ENV: {kind: environment_station, name: {zh: 环, en: air}}
"""
KEY = ("K1", "K2", "K3", "K4")
T = {"zh": "文", "en": "text"}


def plant(text: str = PLANT) -> Plant:
    """The small plant."""
    return read_yaml(text, "plant.yaml", Plant)


def written(**changes: Any) -> dict[str, Any]:
    """A rule as written: the share of key assets whose OEE is covered to 0.9."""
    return {
        "clause": "M2-4.3b",
        "says": "decides",
        "items": [{"kpi": "equipment.oee", "over": "key_production", "at_least": 0.9}],
        "verdicts": {"met": 1, "mostly": 0.8, "partly": 0.5},
        "reason": {"zh": "{done} {maybe} {all}", "en": "{done} sure, {maybe} perhaps, of {all}"},
        "card": {"look_at": T, "sample": T},
        "parameters": T,
    } | changes


def figure_rule(**changes: Any) -> dict[str, Any]:
    """A rule on one figure of the site."""
    items = [{"kpi": "network.networking_rate", "over": "site", "test": "figure"}]
    reason = {"zh": "{low}–{high}", "en": "{low} to {high}"}
    return written(items=items, measure="figure", reason=reason) | changes


def rules_text(*rules: dict[str, Any], model: str = "gbt39116-2020") -> str:
    """A rules file; JSON is YAML too."""
    return json.dumps({"schema": "floortruth/rules/1", "model": model, "version": "7", "rules": list(rules)})


def day(number: int) -> Window:
    """A day's window."""
    return Window(number * DAY, (number + 1) * DAY, "day", f"day {number}")


def window(kind: WindowKind, start: int, end: int) -> Window:
    """Any window, in days."""
    return Window(start * DAY, end * DAY, kind, kind)


def record(
    kpi: str = "equipment.oee",
    asset: str = "",
    *,
    at: Window | None = None,
    value: float | None = 0.7,
    bounds: tuple[float | None, float | None] | None = None,
    coverage: float = 1.0,
    site: str = "S1",
    provisional: bool = False,
    snapshot: str = "",
    limits: Iterable[str] = (),
) -> dict[str, Any]:
    """An evidence record's document."""
    low, high = bounds or (value, value)
    subject = {"site": site} | ({"asset": asset} if asset else {})
    return Record(
        kpi,
        "test@1",
        subject,
        at or day(0),
        Figure(value, low, high),
        coverage,
        provisional=provisional,
        snapshot=snapshot,
        limitations=limitations_of(limits),
    ).to_json()


def covered(*coverages: float, at: Window | None = None) -> list[dict[str, Any]]:
    """OEE records of K1, K2, … with these coverages."""
    return [record(asset=asset, coverage=c, at=at) for asset, c in zip(KEY, coverages, strict=False)]


def judge(rule: Mapping[str, Any], records: list[dict[str, Any]], text: str = PLANT) -> ClauseResult:
    """The one rule's result."""
    rules = read_rules(rules_text(dict(rule)), "rules.yaml", MODEL).rules
    return evaluate(plant(text), rules, records)[rule["clause"]]
