"""The KPIs of stops, changeovers and losses: the six big losses in time, and what is left of it (D27, D34)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "losses.stops",
        "{event}",
        "停机次数",
        "Stops",
        "stays in down, idle or set-up of at least min_stop that begin in the calendar",
        "less",
        "D34",
    ),
    Kpi(
        "losses.minor_stops",
        "{event}",
        "短停次数",
        "Minor stops",
        "stays in down, idle or set-up shorter than min_stop that begin in the calendar",
        "less",
        "D34",
    ),
    Kpi("losses.stop_time", "h", "停机时间", "Stop time", "time in down, idle and set-up", "less", "D34"),
    Kpi(
        "losses.changeovers",
        "{event}",
        "换型次数",
        "Changeovers",
        "changes of product in the calendar",
        "less",
        "D26",
    ),
    Kpi(
        "losses.setup_to_planned",
        "1",
        "换型实际与计划时间比",
        "Set-up time, actual to planned",
        "time in set-up ÷ Σ planned set-up of the changeovers",
        "less",
        "D26",
    ),
    Kpi(
        "losses.breakdown",
        "h",
        "故障停机损失",
        "Loss by breakdowns",
        "time in stays in down of at least min_stop",
        "less",
        "D34",
    ),
    Kpi(
        "losses.setup", "h", "换型调整损失", "Loss by set-up and adjustment", "time in set-up", "less", "D20"
    ),
    Kpi(
        "losses.idling",
        "h",
        "空转与短停损失",
        "Loss by idling and minor stops",
        "time in idle, and in stays in down shorter than min_stop",
        "less",
        "D34",
    ),
    Kpi(
        "losses.speed",
        "h",
        "速度损失",
        "Loss by reduced speed",
        "producing − Σ ideal cycle × pieces",
        "less",
        "D23",
    ),
    Kpi(
        "losses.defects",
        "h",
        "不良品损失",
        "Loss by process defects",
        "Σ ideal cycle × rejects outside of start-up",
        "less",
        "D22",
    ),
    Kpi(
        "losses.start_up",
        "h",
        "启动损失",
        "Loss by reduced yield at start-up",
        "Σ ideal cycle × rejects within warm_up of a set-up, planned stop or off",
        "less",
        "D22",
    ),
    Kpi(
        "losses.effective_time",
        "h",
        "有效时间",
        "Effective time",
        "Σ ideal cycle × good = calendar − planned stop − off − the six losses",
        "more",
        "D21",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "stops_in_unknown_time": (
        "未知时间里可能发生过任意多次短停机,次数没有上界",
        "unknown time may hide any number of short stops; their count has no upper bound",
    ),
    "no_planned_setup": (
        "部分换型没有计划换型时间:实际时间计入,计划时间不计入",
        "some changeovers have no planned set-up time: their time counts as actual, nothing for them as planned",
    ),
    "no_total_count": (
        "没有总件数:速度损失中含有不良品损失,两者无法区分",
        "nothing counts all pieces: the loss by speed holds that by defects, they can't be told apart",
    ),
    "no_warm_up": (
        "工厂文件没有申明启动时间:全部不良品计为过程不良",
        "no warm-up is stated: all rejects count as process defects, none as start-up",
    ),
    "faster_than_ideal": (
        "件数比生产时间按理想节拍所能完成的还多:速度损失为负",
        "more pieces than the producing time allows at the ideal cycle: the loss by speed is negative",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
