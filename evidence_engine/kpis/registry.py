"""Every KPI by its id; read by the engine, the rules and the pages (D27)."""

from evidence_engine.kpis.kpi import Better, Kpi
from evidence_engine.kpis.tables import data, energy, equipment, network, production, quality

__all__ = ["KPIS", "Better", "Kpi"]

TABLES = (equipment, quality, production, energy, network, data)
"""In the order in which pages list them."""

KPIS: dict[str, Kpi] = {row.id: row for table in TABLES for row in table.ROWS}
"""By id."""
