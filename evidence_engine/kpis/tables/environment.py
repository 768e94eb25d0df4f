"""The KPIs of environment and safety: points that are live, limits exceeded (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "environment.point_live",
        "1",
        "监测点在线时间占比",
        "Monitoring point live",
        "time with all stated quantities known ÷ window",
        "more",
        "D5",
    ),
    Kpi(
        "environment.points_live",
        "1",
        "监测点在线率",
        "Monitoring points live",
        "environment stations with live values ÷ stations of the register",
        "more",
        "D24",
    ),
    Kpi(
        "environment.within_limits",
        "1",
        "达标时间占比",
        "Time within limits",
        "time within all stated limits ÷ window",
        "more",
        "D5",
    ),
    Kpi(
        "environment.exceeded_time",
        "h",
        "超限时间",
        "Time above limits",
        "Σ over limits of the time outside of them",
        "less",
        "D5",
    ),
    Kpi(
        "environment.exceedances",
        "{event}",
        "超限次数",
        "Limits exceeded",
        "stays outside of a limit of at least its min_time that begin in the window",
        "less",
        "D34",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "no_station": ("登记表中没有环境监测点", "the register has no environment station"),
    "no_environment_limit": (
        "工厂文件没有为监测点申明限值",
        "the plant file states no limit for a measuring point",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
