"""The KPIs of early warning: whether open plan entries are on track, and can still be reached (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "planning.on_track",
        "1",
        "计划正常率",
        "Plan entries on track",
        "open entries whose good pieces keep pace with the calendar ÷ open entries",
        "more",
        "D35",
    ),
    Kpi(
        "planning.reachable",
        "1",
        "计划可达率",
        "Plan entries that can still be reached",
        "open entries with made + most in the time left ≥ planned ÷ open entries",
        "more",
        "D35",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "no_limit_for_plan": (
        "设备没有理想节拍,剩余时间内最多能做多少无从得知,按可达计入上限",
        "a machine has no ideal cycle: what the time left allows has no limit and counts as reachable in the high",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
