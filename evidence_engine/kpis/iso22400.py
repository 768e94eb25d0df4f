"""The 34 KPIs of ISO 22400-2:2014 by their numbers, and why some of them are not computed."""

NAMES: dict[int, tuple[str, str]] = {
    1: ("员工效率", "Worker efficiency"),
    2: ("分配率", "Allocation ratio"),
    3: ("产出率", "Throughput rate"),
    4: ("分配效率", "Allocation efficiency"),
    5: ("利用效率", "Utilization efficiency"),
    6: ("设备综合效率指数", "Overall equipment effectiveness index"),
    7: ("设备净效率指数", "Net equipment effectiveness index"),
    8: ("可用率", "Availability"),
    9: ("表现性", "Effectiveness"),
    10: ("质量率", "Quality ratio"),
    11: ("换型时间比率", "Setup ratio"),
    12: ("技术效率", "Technical efficiency"),
    13: ("生产过程率", "Production process ratio"),
    14: ("实际与计划报废比", "Actual to planned scrap ratio"),
    15: ("一次合格率", "First pass yield"),
    16: ("报废率", "Scrap ratio"),
    17: ("返工率", "Rework ratio"),
    18: ("损耗率", "Fall off ratio"),
    19: ("机器能力指数", "Machine capability index"),
    20: ("临界机器能力指数", "Critical machine capability index"),
    21: ("过程能力指数", "Process capability index"),
    22: ("临界过程能力指数", "Critical process capability index"),
    23: ("综合能耗", "Comprehensive energy consumption"),
    24: ("库存周转", "Inventory turns"),
    25: ("成品率", "Finished goods ratio"),
    26: ("综合成品率", "Integrated goods ratio"),
    27: ("生产损失率", "Production loss ratio"),
    28: ("储运损失率", "Storage and transportation loss ratio"),
    29: ("其他损失率", "Other loss ratio"),
    30: ("设备负荷率", "Equipment load ratio"),
    31: ("平均故障间工作时间", "Mean operating time between failures"),
    32: ("平均失效前时间", "Mean time to failure"),
    33: ("平均修复时间", "Mean time to restoration"),
    34: ("纠正性维修比率", "Corrective maintenance ratio"),
}
"""Number → (zh, en)."""

_STOCK = (
    "需要库存与物料消耗的账面数据（ERP、仓储），设备和订单文件都不能给出",
    "needs book figures of stock and consumed material (ERP, warehouse); neither machines nor an order file give them",
)

NOT_COMPUTED: dict[int, tuple[str, str]] = {
    **dict.fromkeys((24, 25, 26, 27, 28, 29), _STOCK),
    32: (
        "对可修复的设备，故障前的工作时间段与 31 相同：各段工作时间之和 ÷（故障数 + 1），见 `equipment.motbf`",
        "of a machine that is repaired, the stretches of operating before failures are those of 31: their sum ÷ "
        "(failures + 1), see `equipment.motbf`",
    ),
}
"""Number → why (zh, en)."""
