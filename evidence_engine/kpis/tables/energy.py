"""The KPIs of energy and media (D27)."""

from evidence_engine.kpis.kpi import Better, Kpi

BAND_ROWS: tuple[tuple[str, str, str, Better], ...] = (
    ("sharp", "尖", "sharp-peak", "less"),
    ("peak", "峰", "peak", "less"),
    ("flat", "平", "flat", None),
    ("valley", "谷", "valley", "more"),
    ("deep_valley", "深谷", "deep-valley", "more"),
)
LEVEL_ROWS = (
    ("site", "进出用能单位", "site"),
    ("unit", "主要次级用能单位", "units"),
    ("equipment", "主要用能设备", "equipment"),
)

ROWS: tuple[Kpi, ...] = (
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
    Kpi("energy.steam", "kg", "用汽量", "Steam", "register difference", "less", "D25"),
    Kpi(
        "energy.compressed_air", "m3", "压缩空气用量", "Compressed air", "register difference", "less", "D25"
    ),
    Kpi("energy.heat", "MJ", "用热量", "Heat", "register difference", "less", "D25"),
    Kpi(
        "energy.comprehensive",
        "kgce",
        "综合能耗(当量值)",
        "Comprehensive energy consumption, calorific",
        "Σ bought carriers × kgce per unit by calorific value",
        "less",
        "D25",
    ),
    Kpi(
        "energy.comprehensive_equivalent",
        "kgce",
        "综合能耗(等价值)",
        "Comprehensive energy consumption, equivalent",
        "Σ bought carriers × kgce per unit by equivalent value",
        "less",
        "D25",
    ),
    Kpi(
        "energy.comprehensive_per_good_piece",
        "kgce/{piece}",
        "单件综合能耗",
        "Comprehensive energy consumption per good piece",
        "comprehensive consumption ÷ good pieces of the window",
        "less",
        "D25",
    ),
    Kpi(
        "energy.co2",
        "kg",
        "二氧化碳排放量",
        "CO2 emission",
        "Σ bought carriers × kgCO2 per unit",
        "less",
        "D25",
    ),
    Kpi(
        "energy.max_demand",
        "kW",
        "最大需量",
        "Maximum demand",
        "highest 15-min mean power of the window",
        "less",
        "D25",
    ),
    Kpi(
        "energy.load_rate",
        "1",
        "负荷率",
        "Load rate",
        "mean load ÷ highest 15-min mean load of the window",
        "more",
        "D25",
    ),
    Kpi(
        "energy.base_load",
        "kW",
        "基础负荷",
        "Base load",
        "lowest mean power of a clock hour of the window",
        "less",
        "D25",
    ),
    Kpi(
        "energy.power_factor",
        "1",
        "功率因数",
        "Power factor",
        "kWh ÷ √(kWh² + kvarh²) of the window",
        "more",
        "D25",
    ),
    Kpi(
        "energy.power_factor_adjustment",
        "1",
        "力调电费比例",
        "Power-factor adjustment",
        "share of the bill by the month's power factor, standard 0.90",
        "less",
        "D25",
    ),
    *(
        Kpi(
            f"energy.share_{band}",
            "1",
            f"{zh}段电量占比",
            f"Share of electricity in {en} hours",
            f"electricity in {en} hours ÷ electricity",
            better,
            "D25",
        )
        for band, zh, en, better in BAND_ROWS
    ),
    Kpi(
        "energy.cost",
        "CNY",
        "电度电费",
        "Cost of electricity",
        "Σ electricity × price of its hour",
        "less",
        "D25",
    ),
    Kpi(
        "energy.demand_cost",
        "CNY",
        "需量电费",
        "Cost of the demand",
        "demand price × maximum demand of the month",
        "less",
        "D25",
    ),
    Kpi(
        "energy.idle",
        "kWh",
        "待机能耗",
        "Energy in idle",
        "electricity while idle in the calendar",
        "less",
        "D25",
    ),
    Kpi(
        "energy.planned_stop",
        "kWh",
        "计划停机能耗",
        "Energy in planned stop",
        "electricity while in planned stop in the calendar",
        "less",
        "D25",
    ),
    Kpi(
        "energy.off_shift",
        "kWh",
        "班外能耗",
        "Energy off shift",
        "electricity outside of the calendar",
        "less",
        "D25",
    ),
    Kpi(
        "energy.producing_share",
        "1",
        "生产用电占比",
        "Share of energy taken while producing",
        "electricity while producing in the calendar ÷ electricity",
        "more",
        "D25",
    ),
    Kpi(
        "energy.balance_difference",
        "kWh",
        "电能平衡差",
        "Balance of a meter",
        "main meter − Σ meters directly below it",
        None,
        "D25",
    ),
    *(
        Kpi(
            f"energy.metering_rate_{level}",
            "1",
            f"计量器具配备率({zh})",
            f"Metering rate, {en}",
            "needed meters that are fitted and live ÷ needed meters",
            "more",
            "D24",
        )
        for level, zh, en in LEVEL_ROWS
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "no_coefficient": (
        "有能源介质没有系数:不计入数值,没有上界",
        "a carrier has no coefficient: not in the value, and no upper bound",
    ),
    "coefficient_likely": (
        "有系数来自二手来源,未核对原文",
        "a coefficient is by a secondary source; the original was not read",
    ),
    "carriers_unstated": (
        "工厂文件未列外购能源品种,按有计量的电、气、水计",
        "the plant file does not list the bought carriers; those of electricity, gas and water that have a meter count",
    ),
    "no_tariff": (
        "电价文件不覆盖该窗口",
        "the tariff file does not cover the window",
    ),
    "no_price": (
        "电价文件只有时段,没有电价",
        "the tariff file has the hours of this time, and no prices",
    ),
    "may_give_back": (
        "可能反向送电,按状态或时段拆分的电量没有界限",
        "it may give energy back; what is split by state or hours has no bounds",
    ),
    "only_with_state": (
        "只含既有状态又有电量的设备",
        "only of assets that have both a state and electricity",
    ),
    "meters_disagree": (
        "下级电表之和确定大于上级电表:两者不能同时可信",
        "the meters below surely counted more than the meter above: both can't be true",
    ),
    "metering_table_2006": (
        "配备率要求引自 GB 17167-2006,2025 版自 2026-02-01 施行,其表未读到",
        "the least shares are those of GB 17167-2006; the 2025 edition is in force since 2026-02-01, its table was not seen",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
