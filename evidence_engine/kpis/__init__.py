"""The figures: one file per family of KPIs, each with its value and the derivation of its bounds (D13–D35).

`timeline` and `flows` lay what is known over the calendar, `gaps` says what may lie in unsure time; on them stand
`availability`, `oee`, `effectiveness`, `failures`, `quality`, `production`, `energy` and `network`. `registry` lists
every KPI with its names, unit and formula; `subjects` says which asset has which.
"""

from evidence_engine.kpis.registry import KPIS, Kpi

__all__ = ["KPIS", "Kpi"]
