"""Orders, attendance and inspections: CSV or XLSX files that become what the engine takes from people.

Orders: `order, asset, quantity, start, end[, product, planned_busy, planned_scrap, personnel]`, a row per operation; a
row without an order says who was there (`personnel`). Inspections: `ts, asset, serial[, order, characteristic, value,
lsl, usl, pass]`. A naive time means the plant's zone (D1); hours and pieces are plain numbers.
"""

import math
from functools import partial
from pathlib import Path

from collector.sheets import Columns, Words, read_rows
from collector.work_orders import read_work_orders
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.orders import Attendance, Inspection, OrderRun, Papers
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import did_you_mean

ORDERS = Columns(
    ("order", "asset", "start", "end"),
    ("product", "quantity", "planned_busy", "planned_scrap", "personnel"),
    {"from": "start", "to": "end", "planned_quantity": "quantity"},
)
INSPECTIONS = Columns(
    ("ts", "asset", "serial"),
    ("order", "characteristic", "value", "lsl", "usl", "pass"),
)
_YES, _NO = (
    ("true", "1", "yes", "pass", "ok", "是", "合格"),
    ("false", "0", "no", "fail", "nok", "否", "不合格"),
)


def read_papers(
    plant: Plant,
    orders: Path | None = None,
    inspections: Path | None = None,
    work_orders: Path | None = None,
) -> Papers:
    """All that is given; BadInput lists every wrong row, one line each."""
    rows = read_rows(orders, ORDERS, partial(_order, plant=plant)) if orders is not None else []
    looks = (
        read_rows(inspections, INSPECTIONS, partial(_inspection, plant=plant))
        if inspections is not None
        else []
    )
    return Papers(
        tuple(row for row in rows if isinstance(row, OrderRun)),
        tuple(row for row in rows if isinstance(row, Attendance)),
        tuple(sorted(looks, key=lambda look: (look.ts, look.asset, look.serial, look.characteristic))),
        None if work_orders is None else read_work_orders(work_orders, plant),
    )


def _order(words: Words, plant: Plant) -> OrderRun | Attendance:
    if not words["order"]:
        return _attendance(words, plant)
    product = words.get("product", "")
    if product and product not in plant.products:
        raise ValueError(f"product: unknown product '{product}'{did_you_mean(product, plant.products)}")
    return OrderRun(
        order=words["order"],
        asset=_asset(words["asset"], plant),
        product=product,
        quantity=_whole(words, "quantity") or 0,
        start=_instant(words, "start", plant),
        end=_instant(words, "end", plant) if words["end"] else None,
        planned_busy=_hours(words, "planned_busy"),
        planned_scrap=_whole(words, "planned_scrap"),
        personnel=_whole(words, "personnel"),
    )


def _attendance(words: Words, plant: Plant) -> Attendance:
    personnel = _whole(words, "personnel")
    if personnel is None:
        raise ValueError("order: is missing; a row without an order says who was there and needs 'personnel'")
    return Attendance(
        asset=_asset(words["asset"], plant) if words["asset"] else None,
        start=_instant(words, "start", plant),
        end=_instant(words, "end", plant),
        personnel=personnel,
    )


def _inspection(words: Words, plant: Plant) -> Inspection:
    look = Inspection(
        ts=_instant(words, "ts", plant),
        asset=_asset(words["asset"], plant),
        order=words.get("order", ""),
        serial=words["serial"],
        characteristic=words.get("characteristic", ""),
        value=_number(words, "value"),
        lsl=_number(words, "lsl"),
        usl=_number(words, "usl"),
        good=_flag(words, "pass"),
    )
    if look.lsl is not None and look.usl is not None and look.lsl >= look.usl:
        raise ValueError(f"lsl: {look.lsl} is not below usl {look.usl}")
    return look


def _asset(name: str, plant: Plant) -> str:
    if name not in plant.assets:
        raise ValueError(f"asset: '{name}' is not in the register{did_you_mean(name, plant.assets)}")
    return name


def _instant(words: Words, column: str, plant: Plant) -> int:
    try:
        return parse_instant(words[column], plant.zone)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None


def _whole(words: Words, column: str) -> int | None:
    text = words.get(column, "")
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(f"{column}: '{text}', expected a whole number")
    return int(text) if text else None


def _number(words: Words, column: str) -> float | None:
    text = words.get(column, "")
    try:
        number = float(text) if text else None
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise ValueError(f"{column}: '{text}', expected a number")
    return number


def _hours(words: Words, column: str) -> int | None:
    hours = _number(words, column)
    if hours is not None and hours < 0:
        raise ValueError(f"{column}: '{words[column]}', expected hours, not below 0")
    return None if hours is None else seconds_to_ns(hours * 3600)


def _flag(words: Words, column: str) -> bool | None:
    text = words.get(column, "").lower()
    if text and text not in (*_YES, *_NO):
        raise ValueError(f"{column}: '{text}', expected yes or no")
    return text in _YES if text else None
