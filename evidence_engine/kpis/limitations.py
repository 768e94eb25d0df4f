"""What figures say of themselves, beside what knowledge says: one sentence per code, in Chinese and in English."""

from collections.abc import Iterable
from functools import lru_cache

from evidence_engine.knowledge.limitations import LIMITATIONS
from evidence_engine.kpis.registry import TABLES
from evidence_engine.vocabulary.figure import Limitation

FIGURES: dict[str, tuple[str, str]] = {
    "nothing_known": (
        "窗口内没有任何已知数据,上下限取定义允许的全部范围",
        "nothing is known in the window; the bounds are as wide as the definition allows",
    ),
    "value_moved_to_bound": (
        "已知时间内的数值与上下限矛盾,已移到较近的界限;原值见 known_time",
        "the figure over known time contradicts the bounds and was moved to the nearer one; known_time keeps it",
    ),
    "no_calendar": ("工厂文件没有该设备的日历", "the plant file has no calendar for it"),
    "no_calendar_time": ("窗口内没有日历时间,不适用", "no calendar time in the window: not applicable"),
    "no_ideal_cycle": ("没有理想节拍", "no ideal cycle is stated"),
    "product_without_cycle": (
        "部分件数的产品没有理想节拍:不计入数值,上下限取该设备的最短与最长节拍",
        "pieces of a product without an ideal cycle: not in the value, in the bounds by the smallest and largest cycle",
    ),
    "no_good_count": (
        "合格数无法得知(只有总数),按 0 到全部计",
        "the good pieces can't be told (there is only a total): from none to all",
    ),
    "assumed_good": (
        "按工厂文件的声明,全部产品视为合格",
        "all pieces are taken as good, as the plant file says",
    ),
    "counts_contradict": (
        "总数、合格数与不合格数相互矛盾,以合格数为准",
        "total, good and reject contradict one another; good is believed",
    ),
    "pieces_without_time": (
        "有产出件数但没有生产时间,不适用",
        "pieces were made but there is no producing time: not applicable",
    ),
    "stay_cut_by_window": (
        "有故障停机延续到窗口之后,只计其在窗口内的时长",
        "a failure goes on past the window's end; only its part inside counts",
    ),
    "no_rated_power": (
        "没有额定功率,未知时间没有上界",
        "no rated power is stated; unknown time has no upper bound",
    ),
    "power_above_rated": (
        "已知功率超过额定功率,上界不再给出",
        "known power was above the rated power; the high is not bounded",
    ),
    "integrated_power": (
        "没有电能表读数,电量由功率积分得出",
        "no energy register: the energy is the integral of the power",
    ),
    "register_step": (
        "表计只显示步长的整数倍,上下限各放宽一个步长",
        "the register shows multiples of its step only; the bounds are one step wider",
    ),
    "bridged": (
        "部分产出或用量跨越未知时间,只知道合计",
        "some of it was counted across unknown time, as a sum only",
    ),
    "no_link_configured": ("没有配置连接", "no link is configured"),
    "connected_share_is_ours": (
        "连接判定的 95 % 时间占比是本产品的参数,没有主管部门规定",
        "the share of 95 % of time that makes a device connected is our own; no authority states one",
    ),
    "no_site_meter": (
        "没有指定总表,按末端电表求和",
        "no site meter is marked; the sum of the leaf meters is taken",
    ),
    "no_meter": ("没有电能数据来源", "there is no source of energy data"),
    "planned_maintenance": (
        "计划维护时间不计入日历时间,其时长见 planned_maintenance",
        "planned maintenance is taken out of the calendar time; planned_maintenance says how much",
    ),
    "holidays_unknown": (
        "该年的节假日安排尚未收录,按每周班次计算;可在日历的 holidays 中写自己的节假日文件(列 date, kind)",
        "the holidays of that year are not known yet, its dates follow the week alone; a file of your own (columns"
        " date, kind) under the calendar's holidays tells them",
    ),
    "facts_changed": (
        "窗口内理想节拍或额定功率有变更:上下限覆盖变更前后,数值取对声明不利者",
        "the ideal cycle or the rated power changed inside the window: the bounds cover both, the value is the one"
        " that is worse for the claim",
    ),
    "several_cycles": (
        "设备有多个理想节拍,效率类上界偏松",
        "the machine has several ideal cycles; highs of OEE and effectiveness are not tight",
    ),
}
"""Code → (zh, en)."""

EVERY: dict[str, tuple[str, str]] = {
    **LIMITATIONS,
    **FIGURES,
    **{code: words for table in TABLES for code, words in table.CODES.items()},
}


def limitations_of(codes: Iterable[str]) -> tuple[Limitation, ...]:
    """Each code once, in order; KeyError where the catalogue lacks one."""
    return _limitations(frozenset(codes))


@lru_cache(maxsize=4096)  # thousands of records say the same few things
def _limitations(codes: frozenset[str]) -> tuple[Limitation, ...]:
    return tuple(Limitation(code, *EVERY[code]) for code in sorted(codes))
