"""Every KPI: its id, method, unit, names, formula, and which way is better; read by rules and pages (D27)."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less"] | None


@dataclass(frozen=True, slots=True)
class Kpi:
    """One row of the table. `method` changes its version whenever the same data could give another figure."""

    id: str
    unit: str
    name_zh: str
    name_en: str
    formula: str
    better: Better
    rule: str
    version: int = 1

    @property
    def method(self) -> str:
        """What a record names as its method."""
        return f"floortruth.{self.id.rpartition('.')[2]}@{self.version}"


_ROWS = (
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
    Kpi("quality.quality_ratio", "1", "质量率", "Quality ratio", "good ÷ (good + reject)", "more", "D22"),
    Kpi("quality.reject_ratio", "1", "不合格率", "Reject ratio", "reject ÷ (good + reject)", "less", "D22"),
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

KPIS: dict[str, Kpi] = {row.id: row for row in _ROWS}
"""By id."""
