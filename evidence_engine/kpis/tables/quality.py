"""The KPIs of quality (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi("quality.quality_ratio", "1", "质量率", "Quality ratio", "good ÷ (good + reject)", "more", "D22"),
    Kpi("quality.reject_ratio", "1", "不合格率", "Reject ratio", "reject ÷ (good + reject)", "less", "D22"),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
