"""The KPIs of traceability: batches through the steps, pieces inside a batch (D27)."""

from evidence_engine.kpis.kpi import Kpi

ROWS = (
    Kpi(
        "traceability.batches_traced",
        "1",
        "批次全程可追溯率",
        "Batches traced through all steps",
        "batches of the last step seen before, in order, at every earlier step ÷ batches of the last step",
        "more",
        "D5",
    ),
    Kpi(
        "traceability.pieces_in_batch",
        "1",
        "产品归批率",
        "Good pieces inside a known batch",
        "good pieces made while a batch was stated ÷ good pieces",
        "more",
        "D10",
    ),
)

CODES: dict[str, tuple[str, str]] = {
    "one_step": (
        "登记表不足两道需追溯的工序,不适用",
        "the register has fewer than two steps that batches pass: not applicable",
    ),
    "no_batch": ("没有采集批次号", "no batch numbers are collected"),
    "no_batch_in_window": (
        "窗口内末道工序没有批次,不适用",
        "no batch at the last step in the window: not applicable",
    ),
    "no_pieces": ("窗口内没有合格品,不适用", "no good piece in the window: not applicable"),
    "min_batch_is_stated": (
        "未知时间内可能的批次数按最短批次时间计",
        "how many batches unknown time may hide rests on the shortest time that a batch stays",
    ),
}
"""Limitations that only these figures have: code → (zh, en)."""
