"""A small plant, claims as written, and evidence records for their two windows."""

import json
from typing import Any

from evidence_engine.claims import Claim, judge, read_claims
from evidence_engine.documents import read_yaml
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import DAY, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

PLANT = read_yaml(
    """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
steps: {milling: {name: {zh: 铣, en: Milling}}}
assets:
  K1: {kind: cnc, name: {zh: 一, en: one}, step: milling}
  K2: {kind: cnc, name: {zh: 二, en: two}, step: milling}
  PACK: {kind: packaging_line, name: {zh: 包, en: pack}, output: true}
""",
    "plant.yaml",
    Plant,
)
MIDNIGHT = parse_instant("2026-11-01", PLANT.zone)
BEFORE = Window(MIDNIGHT, MIDNIGHT + DAY)
AFTER = Window(MIDNIGHT + 2 * DAY, MIDNIGHT + 3 * DAY)
DATA = (MIDNIGHT, MIDNIGHT + 10 * DAY)


def written(**changes: Any) -> dict[str, Any]:
    """OEE of K1 up 12 %, day 1 to day 3."""
    return {
        "id": "oee-up",
        "statement": {"zh": "提升", "en": "up"},
        "kpi": "equipment.oee",
        "subjects": ["K1"],
        "baseline": {"from": "2026-11-01", "to": "2026-11-02"},
        "comparison": {"from": "2026-11-03", "to": "2026-11-04"},
        "change": {"relative": "12 %"},
    } | changes


def text(*claims: dict[str, Any]) -> str:
    """A claims file; JSON is YAML too."""
    return json.dumps({"schema": "floortruth/claims/1", "claims": list(claims)})


def claim(**changes: Any) -> Claim:
    """The one claim, read."""
    return read_claims(text(written(**changes)), "claims.yaml", PLANT, DATA)[0]


def record(
    window: Window,
    low: float | None,
    high: float | None,
    value: float | None = None,
    kpi: str = "equipment.oee",
    *,
    asset: str | None = "K1",
    step: str | None = None,
    coverage: float = 1.0,
    provisional: bool = False,
) -> dict[str, Any]:
    """An evidence record's document."""
    subject = {"site": "S1"} | ({"asset": asset} if asset else {}) | ({"step": step} if step else {})
    figure = Figure(low if value is None else value, low, high)
    return Record(
        kpi, "test@1", subject, window, figure, coverage, provisional=provisional, snapshot="s"
    ).to_json()


def answer(records: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """The one claim's answer."""
    found: dict[str, Any] = judge(PLANT, [claim(**changes)], records)["claims"][0]
    return found


def verdict(
    before: tuple[float | None, float | None], after: tuple[float | None, float | None], **changes: Any
) -> str:
    """The verdict on bounds before and after."""
    kpi = changes.get("kpi", "equipment.oee")
    return str(
        answer([record(BEFORE, *before, kpi=kpi), record(AFTER, *after, kpi=kpi)], **changes)["verdict"]
    )
