"""The KPIs of automatic collection: coverage per process step, integrity in transmission (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "collection.required_roles",
        "1",
        "应采数据在线率",
        "Required data live",
        "required roles of the asset that are live ÷ required roles",
        "more",
        "D24",
    ),
    Kpi(
        "collection.automatic_coverage",
        "1",
        "工序自动采集覆盖率",
        "Automatic collection of a process step",
        "assets of the step with all required roles live ÷ assets of the step",
        "more",
        "D24",
    ),
    Kpi(
        "collection.key_step_coverage",
        "1",
        "关键工序自动采集覆盖率",
        "Automatic collection of key steps",
        "assets of key steps with all required roles live ÷ assets of key steps",
        "more",
        "D24",
    ),
    Kpi(
        "collection.transmission_integrity",
        "1",
        "数据传输完整率",
        "Integrity in transmission",
        "keyframe periods with a row ÷ keyframe periods in which the agent had to send one",
        "more",
        "D4",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "no_asset_of_step": ("该工序没有登记设备,不适用", "the step has no registered asset: not applicable"),
    "no_key_step": ("登记表没有标出关键工序", "the register marks no key step"),
    "not_sent_by_an_agent": (
        "数据不是由采集代理传来,不适用",
        "its data does not come from an agent: not applicable",
    ),
    "role_share_is_ours": (
        "数据在线判定的 95 % 时间占比与应采数据表是本产品的参数,没有主管部门规定",
        "the share of 95 % of time and the table of required roles are our own; no authority states them",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
