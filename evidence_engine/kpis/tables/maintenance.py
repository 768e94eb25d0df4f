"""The KPIs of maintenance: alarms and work orders, condition monitoring, warnings before failures (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "maintenance.alarm_to_order",
        "1",
        "报警转工单率",
        "Alarms followed by a work order",
        "alarms with a work order within the response time ÷ alarms",
        "more",
        "D34",
    ),
    Kpi(
        "maintenance.closed_loop",
        "1",
        "报警闭环率",
        "Alarms closed in a loop",
        "alarms whose work order was finished and closed by somebody ÷ alarms",
        "more",
        "D34",
    ),
    Kpi(
        "maintenance.orders_closed",
        "1",
        "工单关闭率",
        "Work orders closed",
        "orders closed by somebody ÷ orders opened",
        "more",
        "D34",
    ),
    Kpi(
        "maintenance.response_time",
        "h",
        "维修响应时间",
        "Response time",
        "Σ (work started − alarm, else order opened) ÷ corrective orders",
        "less",
        "D34",
    ),
    Kpi(
        "maintenance.repair_time",
        "h",
        "维修作业时间",
        "Repair time",
        "Σ (work finished − work started) ÷ corrective orders",
        "less",
        "D34",
    ),
    Kpi(
        "maintenance.mttr_orders",
        "h",
        "平均修复时间（按工单）",
        "MTTR by work orders",
        "Σ (work finished − alarm, else order opened) ÷ corrective orders",
        "less",
        "D34",
    ),
    Kpi(
        "maintenance.corrective_ratio",
        "1",
        "故障维修占比",
        "Corrective maintenance ratio",
        "corrective time ÷ (corrective + preventive time)",
        "less",
        "D34",
    ),
    Kpi(
        "maintenance.condition_live",
        "1",
        "状态参数在线时间占比",
        "Condition parameters live",
        "time with all stated condition parameters known ÷ calendar",
        "more",
        "D5",
    ),
    Kpi(
        "maintenance.condition_monitoring",
        "1",
        "关键设备状态监测率",
        "Key equipment under condition monitoring",
        "key equipment with live condition parameters ÷ key equipment of the register",
        "more",
        "D24",
    ),
    Kpi(
        "maintenance.failures_warned",
        "1",
        "故障预警命中率",
        "Failures with a warning before",
        "failures with a warning at most the horizon before ÷ failures",
        "more",
        "D34",
    ),
    Kpi(
        "maintenance.false_warnings",
        "1",
        "误报率",
        "False warnings",
        "warnings without a failure within the horizon ÷ warnings",
        "less",
        "D34",
    ),
    Kpi(
        "maintenance.warning_lead_time",
        "h",
        "预警提前时间",
        "Lead time of warnings",
        "Σ (failure − first warning within the horizon) ÷ warned failures",
        "more",
        "D34",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "no_work_orders": (
        "没有提供工单文件,有无工单无从得知",
        "no file of work orders was given; whether there was one can't be told",
    ),
    "orders_as_written": (
        "工单的时间由人填写,按文件原样采用",
        "times of work orders are what people wrote; they are taken as they stand",
    ),
    "orders_still_open": (
        "有工单尚无结束时间:不计入均值,其时长只知下限",
        "some orders have no end yet: not in the mean, their length is known only as at least",
    ),
    "no_order": ("窗口内没有相关工单,不适用", "no such work order in the window: not applicable"),
    "no_alarm": ("窗口内没有报警,不适用", "no alarm in the window: not applicable"),
    "no_alarm_source": (
        "没有设备登记或采集报警信号",
        "no asset states or delivers an alarm signal",
    ),
    "alarm_sources_by_data": (
        "有报警来源未在工厂文件中申明,只因有数据才计入:应在 alarms 中登记",
        "some alarm sources are not stated in the plant file and count only because there is data: register them by alarms",
    ),
    "no_failure": ("窗口内没有故障,不适用", "no failure in the window: not applicable"),
    "no_warning": ("窗口内没有预警,不适用", "no warning in the window: not applicable"),
    "no_warning_source": (
        "没有申明状态监测限值或预警类报警,故障无从预警",
        "neither a condition limit nor an alarm of class warning is stated: no failure can be warned of",
    ),
    "horizon_open": (
        "有预警的观察期尚未结束,是否误报未定:不计入数值,计入上下限",
        "the horizon of some warnings is not over: not in the value, in both bounds",
    ),
    "no_key_equipment": (
        "登记表没有标出关键设备或关键工序",
        "the register marks no key equipment and no key step",
    ),
    "live_share_is_ours": (
        "在线判定的 95 % 时间占比是本产品的参数,没有主管部门规定",
        "the share of 95 % of time that makes a signal live is our own; no authority states one",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
