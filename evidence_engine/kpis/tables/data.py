"""The KPIs of the data itself (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "data.completeness",
        "1",
        "数据完整率",
        "Data completeness",
        "proven up ÷ window",
        "more",
        "D2",
    ),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
