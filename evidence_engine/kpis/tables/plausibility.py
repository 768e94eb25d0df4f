"""No figure of its own: what figures say where their data should not be believed (detected in `plausibility`).

Impossible jumps (`jump`) and disproved limits (`limit_disproved`) are found where counters are read (D11, D12).
"""

from evidence_engine.kpis.kpi import Kpi

ROWS: tuple[Kpi, ...] = ()

CODES: dict[str, tuple[str, str]] = {
    "frozen_value": (
        "生产时本应变化的测量值在两小时以上的生产时间里一位不变:传感器或通道可能已冻结",
        "a measurement that must move while producing kept every digit for two hours or more of it: it may be frozen",
    ),
    "count_without_producing": (
        "确定不在生产也不在换型时仍有件数增加:状态与计数不能同时可信",
        "pieces were counted while it was surely neither producing nor in set-up: state and counter can't both be true",
    ),
    "producing_without_power": (
        "状态为生产,而已知功率接近零:状态与功率不能同时可信",
        "producing was reported while the known power was next to nothing: state and power can't both be true",
    ),
    "cycle_not_credible": (
        "件数确定超过生产时间按理想节拍所能完成的:理想节拍或计数不可信",
        "surely more pieces than the producing time allows at the ideal cycle: cycle or counter is not credible",
    ),
    "clock_offset_beyond_error": (
        "设备时钟的偏差超过申明的时间误差;时间戳已按测得的偏差校正",
        "the device's clock was off by more than the stated time error; stamps were moved by the measured offset",
    ),
    "too_regular": (
        "计数的间隔与增量连续 500 次完全相同,一位不差:不像测量值",
        "a counter rose by the same amount after the same time, to the last digit, 500 times in a row: not like a measurement",
    ),
}
"""Limitations of any figure that rests on such data: code → (zh, en)."""
