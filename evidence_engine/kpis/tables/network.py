"""The KPIs of connections (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "network.networking_rate",
        "1",
        "设备联网率",
        "Equipment networking rate",
        "connected ÷ registered production assets",
        "more",
        "D24",
    ),
    Kpi(
        "network.networking_rate_digitised",
        "1",
        "数字化设备联网率",
        "Networking rate of digitised equipment",
        "connected ÷ digitised production assets",
        "more",
        "D24",
    ),
)

CODES: dict[str, tuple[str, str]] = {}
"""Limitations that only these figures have: code → (zh, en)."""
