"""The KPIs of machines: availability, effectiveness, OEE, failures (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "equipment.availability",
        "1",
        "可用率",
        "Availability",
        "producing ÷ (calendar − planned stop)",
        "more",
        "D20",
    ),
    Kpi(
        "equipment.effectiveness",
        "1",
        "表现性",
        "Effectiveness",
        "Σ ideal cycle × pieces ÷ producing",
        "more",
        "D23",
    ),
    Kpi(
        "equipment.oee",
        "1",
        "设备综合效率",
        "OEE",
        "Σ ideal cycle × good ÷ (calendar − planned stop)",
        "more",
        "D21",
    ),
    Kpi(
        "equipment.mtbf",
        "h",
        "平均故障间隔时间",
        "MTBF",
        "(producing + setup) ÷ failures",
        "more",
        "D34",
    ),
    Kpi(
        "equipment.mttr",
        "h",
        "平均修复时间",
        "MTTR",
        "down time of failures ÷ failures",
        "less",
        "D34",
    ),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
