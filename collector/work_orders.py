"""Work orders of maintenance: a CSV or XLSX file of `id, asset, kind, opened[, alarm, started, finished, closed, cause, closed_by]`.

kind: corrective, preventive or inspection. A naive time means the plant's zone (D1); an empty cell: not yet, or not
written. Times must be in the order in which such things happen.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from collector.sheets import Columns, Words, read_rows
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import did_you_mean
from evidence_engine.vocabulary.work_orders import ORDER_KINDS, OrderKind, WorkOrder

TIMES = ("alarm", "opened", "started", "finished", "closed")
COLUMNS = Columns(
    ("id", "asset", "kind", "opened"),
    ("alarm", "started", "finished", "closed", "cause", "closed_by"),
    {
        "工单号": "id",
        "设备": "asset",
        "类型": "kind",
        "报警时间": "alarm",
        "开单时间": "opened",
        "开工时间": "started",
        "完工时间": "finished",
        "关闭时间": "closed",
        "原因": "cause",
        "关闭人": "closed_by",
    },
)
KIND_WORDS: dict[str, OrderKind] = {
    **{kind: kind for kind in ORDER_KINDS},
    "故障维修": "corrective",
    "预防维护": "preventive",
    "点检": "inspection",
}


def read_work_orders(path: Path, plant: Plant) -> tuple[WorkOrder, ...]:
    """By their opening. BadInput lists every wrong row, one line each; an order that stands twice is one of them."""
    rows = read_rows(path, COLUMNS, _once(partial(_order, plant=plant)))
    return tuple(sorted(rows, key=lambda order: (order.opened, order.id)))


def _once(read: Callable[[Words], WorkOrder]) -> Callable[[Words], WorkOrder]:
    seen: set[str] = set()

    def checked(words: Words) -> WorkOrder:
        order = read(words)
        if order.id in seen:
            raise ValueError(f"id: order '{order.id}' stands twice, give each order one row")
        seen.add(order.id)
        return order

    return checked


def _order(words: Words, plant: Plant) -> WorkOrder:
    for needed in ("id", "asset", "kind", "opened"):
        if not words[needed]:
            raise ValueError(f"{needed}: is missing")
    if words["asset"] not in plant.assets:
        raise ValueError(
            f"asset: '{words['asset']}' is not in the register{did_you_mean(words['asset'], plant.assets)}"
        )
    times = {name: _instant(words, name, plant) for name in TIMES if words.get(name)}
    _check_order(times)
    return WorkOrder(
        id=words["id"],
        asset=words["asset"],
        kind=_kind(words["kind"]),
        opened=times["opened"],
        alarm=times.get("alarm"),
        started=times.get("started"),
        finished=times.get("finished"),
        closed=times.get("closed"),
        cause=words.get("cause", ""),
        closed_by=words.get("closed_by", ""),
    )


def _kind(word: str) -> OrderKind:
    kind = KIND_WORDS.get(word.lower())
    if kind is None:
        expected = ", ".join(ORDER_KINDS)
        raise ValueError(f"kind: '{word}', expected {expected}{did_you_mean(word.lower(), KIND_WORDS)}")
    return kind


def _instant(words: Words, column: str, plant: Plant) -> int:
    try:
        return parse_instant(words[column], plant.zone)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None


def _check_order(times: dict[str, int]) -> None:
    for (before, first), (after, second) in pairwise(times.items()):
        if second < first:
            raise ValueError(f"{after}: is before {before}, expected {' <= '.join(TIMES)}")
