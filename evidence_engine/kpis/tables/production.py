"""The KPIs of pieces and plans (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "production.count_good",
        "{piece}",
        "日历内合格数",
        "Good pieces in the calendar",
        "good pieces inside the calendar",
        "more",
        "D14",
    ),
    Kpi(
        "production.count_good_window",
        "{piece}",
        "窗口内合格数",
        "Good pieces in the window",
        "good pieces in the whole window",
        "more",
        "D14",
    ),
    Kpi(
        "production.count_total",
        "{piece}",
        "日历内总件数",
        "Pieces in the calendar",
        "all pieces inside the calendar",
        "more",
        "D14",
    ),
    Kpi("production.throughput", "{piece}/h", "产出率", "Throughput", "pieces ÷ calendar", "more", "D35"),
    Kpi(
        "production.schedule_attainment",
        "1",
        "计划完成率",
        "Schedule attainment",
        "good ÷ planned",
        "more",
        "D35",
    ),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
