"""The production plan: a CSV of `asset, product, from, to, quantity` becomes plan entries (D35)."""

import csv
from collections.abc import Iterator

from pydantic import ValidationError

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.roles import did_you_mean

COLUMNS = ("asset", "product", "from", "to", "quantity")


def read_plan(text: str, name: str, plant: Plant) -> list[PlanEntry]:
    """Read a plan; a naive time means the plant's zone (D1). BadInput lists every wrong row, one line each."""
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"{name}:1: column '{missing[0]}' is missing, expected {', '.join(COLUMNS)}")
    entries, problems = [], []
    for row in reader:
        try:
            entries.append(_entry(row, plant))
        except ValidationError as error:
            what = error.errors()[0]
            problems.append(f"{name}:{reader.line_num}: {what['loc'][0]}: {what['msg'].lower()}")
        except ValueError as error:
            problems.append(f"{name}:{reader.line_num}: {error}")
    if problems:
        raise BadInput("\n".join(problems))
    return entries


def _entry(row: dict[str, str | None], plant: Plant) -> PlanEntry:
    asset, product, start, end, quantity = ((row[column] or "").strip() for column in COLUMNS)
    for problem in _problems(asset, product, quantity, plant):
        raise ValueError(problem)
    entry = PlanEntry(
        asset=asset,
        product=product,
        start=parse_instant(start, plant.zone),
        end=parse_instant(end, plant.zone),
        quantity=int(quantity),
    )
    if entry.end <= entry.start:
        raise ValueError(f"to: '{end}' is not after from")
    return entry


def _problems(asset: str, product: str, quantity: str, plant: Plant) -> Iterator[str]:
    if asset not in plant.assets:
        yield f"asset: '{asset}' is not in the register{did_you_mean(asset, plant.assets)}"
    if product not in plant.products:
        yield f"product: unknown product '{product}'{did_you_mean(product, plant.products)}"
    if not quantity.isdigit():
        yield f"quantity: '{quantity}', expected a whole number of good pieces"
