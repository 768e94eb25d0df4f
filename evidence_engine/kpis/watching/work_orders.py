"""Work orders by themselves: response, repair, MTTR, how many are closed, and how much of the time is corrective.

Means go over the corrective orders opened in the window. An order without the time that a mean needs is not in its value;
low takes the least that it can be (what is written sets it), high has no bound. Corrective ratio: hours worked inside the
window; an order that is not finished may have been worked on from its start to the window's end, or not at all; one
without a start from its opening on. Inspections are preventive maintenance.
"""

from collections.abc import Iterable, Iterator, Sequence

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import NO_BASIS
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Part, Ratio, ratio, share
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.work_orders import WorkOrder

_WRITTEN = frozenset({"orders_as_written"})
_SHARES = ("maintenance.orders_closed", "maintenance.corrective_ratio")
_MEANS = ("maintenance.response_time", "maintenance.repair_time", "maintenance.mttr_orders")


def orders_of(history: History, asset: str) -> Sequence[WorkOrder] | None:
    """The orders of an asset; None without a file of orders."""
    orders = history.papers.work_orders
    if orders is None:
        return None
    return history.once("work orders", lambda: _by_asset(orders)).get(asset, ())


def _by_asset(orders: Iterable[WorkOrder]) -> dict[str, list[WorkOrder]]:
    found: dict[str, list[WorkOrder]] = {}
    for order in orders:
        found.setdefault(order.asset, []).append(order)
    return found


def asset_work_orders(found: AssetWindow) -> Iterator[Found]:
    """Of an asset for which an order was opened in the window; D34's failures stand beside its MTTR."""
    orders = orders_of(found.of.history, found.of.name) or ()
    if any(found.start <= order.opened < found.end for order in orders):
        by_state: dict[str, Part] = {}
        if found.of.has_states:
            by_state = {"failures": found.failures.count, "down_hours": found.failures.time / HOUR}
        for kpi, outcome in _figures(orders, found.window):
            parts = by_state if kpi == "maintenance.mttr_orders" else {}
            yield Found(kpi, outcome.adding(parts=parts), NO_BASIS)


def site_work_orders(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of all assets."""
    orders = site.history.papers.work_orders
    figures = _unknown() if orders is None else _figures(orders, site.window)
    for kpi, outcome in figures:
        yield {}, Found(kpi, outcome, NO_BASIS)


def _unknown() -> Iterator[tuple[str, Outcome]]:
    codes = frozenset({"no_work_orders"})
    for kpi in _SHARES:
        yield kpi, Outcome(None, ZERO, ONE, limitations=codes)
    for kpi in _MEANS:
        yield kpi, Outcome(None, ZERO, None, limitations=codes)


def _figures(orders: Sequence[WorkOrder], window: Window) -> Iterator[tuple[str, Outcome]]:
    opened = [order for order in orders if window.start <= order.opened < window.end]
    corrective = [order for order in opened if order.kind == "corrective"]
    yield "maintenance.orders_closed", closed_share(opened)
    yield "maintenance.response_time", mean_time(_response(order) for order in corrective)
    yield "maintenance.repair_time", mean_time(_repair(order) for order in corrective)
    yield "maintenance.mttr_orders", mean_time(_restored(order) for order in corrective)
    yield "maintenance.corrective_ratio", corrective_ratio(orders, window)


Length = tuple[int, bool]
"""ns, and whether it is that; else it is at least that."""


def _response(order: WorkOrder) -> Length:
    if order.started is not None:
        return order.started - order.since, True
    return order.opened - order.since, False


def _repair(order: WorkOrder) -> Length:
    if order.started is not None and order.finished is not None:
        return order.finished - order.started, True
    return 0, False


def _restored(order: WorkOrder) -> Length:
    if order.finished is not None:
        return order.finished - order.since, True
    return (order.opened if order.started is None else order.started) - order.since, False


def closed_share(opened: Sequence[WorkOrder]) -> Outcome:
    """Closed by somebody ÷ all."""
    if not opened:
        return Outcome(None, None, None, ONE, limitations=_WRITTEN | {"no_order"})
    found = ratio(sum(order.is_closed for order in opened), len(opened))
    return Outcome(found, found, found, ONE, {"orders": len(opened)}, _WRITTEN)


def mean_time(lengths: Iterable[Length]) -> Outcome:
    """Their mean in hours."""
    every = list(lengths)
    if not every:
        return Outcome(None, None, None, ONE, limitations=_WRITTEN | {"no_order"})
    ended = [length for length, is_all in every if is_all]
    low = ratio(sum(length for length, _ in every), len(every) * HOUR)
    is_open = len(ended) < len(every)
    return Outcome(
        ratio(sum(ended), len(ended) * HOUR),
        low,
        None if is_open else low,
        share(len(ended), len(every)),
        {"orders": len(every), "open": len(every) - len(ended)},
        _WRITTEN | ({"orders_still_open"} if is_open else set()),
    )


def corrective_ratio(orders: Sequence[WorkOrder], window: Window) -> Outcome:
    """ISO 22400-2, 34: corrective ÷ (corrective + preventive) time, inside the window."""
    corrective = _worked((o for o in orders if o.kind == "corrective"), window)
    preventive = _worked((o for o in orders if o.kind != "corrective"), window)
    low, high = _part_of(corrective[0], preventive[1]), _part_of(corrective[1], preventive[0])
    if not corrective[1] + preventive[1]:
        return Outcome(None, None, None, ONE, limitations=_WRITTEN | {"no_order"})
    is_open = corrective[0] < corrective[1] or preventive[0] < preventive[1]
    return Outcome(
        _part_of(corrective[0], preventive[0]),
        ZERO if low is None else low,
        ONE if high is None else high,
        share(corrective[0] + preventive[0], corrective[1] + preventive[1]),
        {"corrective_hours": corrective[0] / HOUR, "preventive_hours": preventive[0] / HOUR},
        _WRITTEN | ({"orders_still_open"} if is_open else set()),
    )


def _part_of(part: int, rest: int) -> Ratio | None:
    return ratio(part, part + rest)


def _worked(orders: Iterable[WorkOrder], window: Window) -> tuple[int, int]:
    """(least, most) ns that were worked inside the window."""
    least = most = 0
    for order in orders:
        begin = order.opened if order.started is None else order.started
        written = order.closed if order.finished is None else order.finished
        end = window.end if written is None else written
        inside = max(0, min(end, window.end) - max(begin, window.start))
        most += inside
        least += inside if order.started is not None and order.finished is not None else 0
    return least, most
