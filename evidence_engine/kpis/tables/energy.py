"""The KPIs of energy and media (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "energy.electricity",
        "kWh",
        "电量",
        "Electricity",
        "register difference, else Σ power × time",
        "less",
        "D25",
    ),
    Kpi("energy.gas", "m3", "用气量", "Gas", "register difference", "less", "D25"),
    Kpi("energy.water", "m3", "用水量", "Water", "register difference", "less", "D25"),
    Kpi(
        "energy.per_good_piece",
        "kWh/{piece}",
        "单件电耗",
        "Electricity per good piece",
        "electricity ÷ good pieces of the window",
        "less",
        "D25",
    ),
    Kpi(
        "energy.coal_equivalent",
        "kgce",
        "标准煤",
        "Coal equivalent",
        "electricity × 0.1229 kgce/kWh",
        "less",
        "D25",
    ),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
