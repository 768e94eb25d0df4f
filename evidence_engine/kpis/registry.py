"""Every KPI by its id; read by the engine, the rules and the pages (D27)."""

from evidence_engine.kpis.kpi import Better, Kpi
from evidence_engine.kpis.tables import (
    collection,
    data,
    energy,
    environment,
    equipment,
    losses,
    maintenance,
    network,
    planning,
    plausibility,
    production,
    quality,
    traceability,
)

__all__ = ["KPIS", "Better", "Kpi"]

TABLES = (
    equipment,
    losses,
    quality,
    production,
    energy,
    network,
    data,
    planning,
    traceability,
    maintenance,
    environment,
    collection,
    plausibility,
)
"""In the order in which pages list them."""

KPIS: dict[str, Kpi] = {row.id: row for table in TABLES for row in table.ROWS}
"""By id."""
