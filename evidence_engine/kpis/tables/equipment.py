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
    Kpi(
        "equipment.nee",
        "1",
        "设备净效率",
        "Net equipment effectiveness (NEE)",
        "(producing + setup) ÷ (calendar − planned stop) × effectiveness × quality",
        "more",
        "D21",
    ),
    Kpi(
        "equipment.setup_ratio",
        "1",
        "换型时间比率",
        "Set-up ratio",
        "setup ÷ (producing + setup)",
        "less",
        "D20",
    ),
    Kpi(
        "equipment.load_ratio",
        "1",
        "设备负荷率",
        "Equipment load ratio",
        "pieces ÷ (rated capacity × calendar)",
        "more",
        "D35",
    ),
    Kpi(
        "equipment.motbf",
        "h",
        "平均故障间工作时间",
        "Mean operating time between failures",
        "(producing + setup) ÷ (failures + 1)",
        "more",
        "D34",
    ),
    Kpi(
        "equipment.mttr_iso",
        "h",
        "平均修复时间(故障数加一)",
        "Mean time to restoration, per stretch",
        "down time of failures ÷ (failures + 1)",
        "less",
        "D34",
    ),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
