"""The catalogue of limitations: each code that a figure may carry, as one sentence in Chinese and in English.

A record names every assumption that it rests on beyond the first two (DEFINITIONS, (a) to (f)). Add a code here, then
say it by `limitation(code)`; a code that stands nowhere is a KeyError, so that no record shows a bare word.
"""

from collections.abc import Iterable

from evidence_engine.vocabulary.figure import Limitation

ASSUMPTIONS: dict[str, tuple[str, str]] = {
    "assumes_stamps_and_looks": (
        "假定:时间戳误差不超过申明值,且两次查看之间没有状态出现后又消失",
        "assumes that stamps are no further off than stated and that nothing came and went between two looks",
    ),
    "assumes_limits": (
        "假定:设备节拍与额定功率的上限属实",
        "assumes that the stated limits (fastest cycle, rated power) are true",
    ),
    "assumes_hold": (
        "假定:没有连接心跳的数值在最长保持时间内仍然有效",
        "assumes that a value without a link held for its longest hold",
    ),
    "assumes_no_hidden_reset": (
        "假定:未知时间内的上升背后没有隐藏的清零",
        "assumes that unknown time hides no reset behind a rise",
    ),
    "assumes_one_disturbance": (
        "假定:计数器的首个读数属实,且每次只发生一种扰动",
        "assumes that a counter's first reading is true and that it suffers one disturbance at a time",
    ),
    "assumes_subscription": (
        "假定:时钟项仍在上报的订阅,其余项也在上报",
        "assumes that a subscription whose clock item reports also reports the rest",
    ),
}

READING: dict[str, tuple[str, str]] = {
    "no_link_max_hold": (
        "部分样本没有连接心跳,其数值最多保持到最长保持时间",
        "some samples have no link; their values are taken to hold for at most the longest hold",
    ),
    "resolution_unstated": (
        "未申明采样分辨率,按最长保持时间计",
        "no resolution is stated; it is taken as the longest hold",
    ),
    "time_error_assumed": (
        "时间戳误差为默认值,未经测量",
        "the time error of stamps is a default that nobody measured",
    ),
    "uncertain_accepted": (
        "按配置接受了质量为“不确定”的样本",
        "samples of uncertain quality were accepted, as configured",
    ),
    "unmapped_state_code": (
        "出现了未映射到状态类别的代码,其时间按未知处理",
        "codes without a state category occurred; their time counts as unknown",
    ),
    "unmapped_product": (
        "出现了产品清单以外的产品,其时间按未知处理",
        "products that the plant does not list occurred; their time counts as unknown",
    ),
    "many_products": (
        "产品多于 63 种,其余产品在上下限中合并处理",
        "more than 63 products; the others are told apart in the value only as one",
    ),
    "precision_lost": (
        "读数超过 2 的 53 次方个最小单位,相邻数值无法区分",
        "readings above 2**53 quanta, where neighbouring numbers can't be told apart",
    ),
}

COUNTING: dict[str, tuple[str, str]] = {
    "no_limit": (
        "没有节拍或功率上限,任何上升都被视为可信",
        "no limit of rate is stated; every rise counts as credible",
    ),
    "limit_disproved": (
        "读数证明申明的上限不成立,依赖它的上界不再给出",
        "the readings disprove the stated limit; highs that rest on it are not bounded",
    ),
    "jump": ("不可信的突升读数已剔除", "rises that are not credible were left out as bad readings"),
    "glitch": ("计数回落后又恢复,按误读处理", "a counter fell and came back; taken for a misreading"),
    "reset": ("计数器清零,清零前可能有丢失", "a counter was reset; what it lost is in the high only"),
    "rollover": ("计数器达到上限后回零", "a counter rolled over at its modulus"),
    "correction": (
        "计数器被改写为新的基准,该步按 0 计,可能的数量计入上界",
        "a counter was set to a new baseline; the step counts 0, what it may hide is in the high",
    ),
    "undecided_fall": (
        "计数的回落或突升尚未能判定,数值取最小,上下限包含全部可能",
        "a fall or jump can't be judged yet; the value takes the smallest, the bounds cover all",
    ),
    "meter_exchange": ("期间有申明的换表", "a declared exchange of the meter lies in the history"),
}

LIMITATIONS: dict[str, tuple[str, str]] = {**ASSUMPTIONS, **READING, **COUNTING}
"""Code → (zh, en)."""


def limitation(code: str) -> Limitation:
    """The limitation of a code; KeyError where the catalogue lacks it."""
    zh, en = LIMITATIONS[code]
    return Limitation(code, zh, en)


def limitations(codes: Iterable[str]) -> tuple[Limitation, ...]:
    """Each code once, in order of code."""
    return tuple(limitation(code) for code in sorted(set(codes)))
