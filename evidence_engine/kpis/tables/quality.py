"""The KPIs of quality (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi("quality.quality_ratio", "1", "质量率", "Quality ratio", "good ÷ (good + reject)", "more", "D22"),
    Kpi("quality.reject_ratio", "1", "不合格率", "Reject ratio", "reject ÷ (good + reject)", "less", "D22"),
    Kpi("quality.rework_ratio", "1", "返工率", "Rework ratio", "rework ÷ all pieces", "less", "D22"),
    Kpi("quality.scrap_ratio", "1", "报废率", "Scrap ratio", "(reject − rework) ÷ all pieces", "less", "D22"),
    Kpi(
        "quality.fall_off_ratio",
        "1",
        "损耗率",
        "Fall-off ratio",
        "rejects of all operations of an order ÷ pieces of its first operation",
        "less",
        "D22",
    ),
    Kpi(
        "quality.first_pass_yield",
        "1",
        "一次合格率",
        "First pass yield",
        "parts right at first inspection ÷ parts inspected",
        "more",
        "D22",
    ),
    Kpi("quality.cm", "1", "机器能力指数 Cm", "Machine capability Cm", "(USL − LSL) ÷ 6 s", "more", "D18"),
    Kpi(
        "quality.cmk",
        "1",
        "临界机器能力指数 Cmk",
        "Critical machine capability Cmk",
        "min(USL − mean, mean − LSL) ÷ 3 s",
        "more",
        "D18",
    ),
    Kpi("quality.cp", "1", "过程能力指数 Cp", "Process capability Cp", "(USL − LSL) ÷ 6 σ", "more", "D18"),
    Kpi(
        "quality.cpk",
        "1",
        "临界过程能力指数 Cpk",
        "Critical process capability Cpk",
        "min(USL − mean, mean − LSL) ÷ 3 σ",
        "more",
        "D18",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "inspections_as_given": (
        "检验记录按导入文件计,文件未列出的检验不在其中",
        "inspections are taken as the file states them; one that it leaves out is not in it",
    ),
    "few_inspections": (
        "能力指数依据的测量值少于 50 个",
        "fewer than 50 measured values: the capability rests on little",
    ),
    "no_spread": (
        "有检验特性的测量值太少或没有离散,该特性没有能力指数",
        "a characteristic has too few values or no spread: it has no capability",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
