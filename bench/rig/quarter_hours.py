"""Reads a table of quarter hours of electricity (kWh and kvarh of each interval) as registers that only rise.

A stamp ends its interval, so the row of midnight belongs to the day before; files write it with the old date. The kWh of
the intervals are added up exactly, in hundredths. Where rows are missing the register starts again at 0: a reset, whose loss
nobody knows.
"""

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.instants import from_datetime
from evidence_engine.vocabulary.samples import Samples, samples_of

TIME, ACTIVE = "date", "Usage_kWh"
REACTIVE = "Lagging_Current_Reactive.Power_kVarh"
FACTOR = "Lagging_Current_Power_Factor"
STEP = Decimal("0.01")
"""kWh, what the table resolves."""
SECONDS = 900
QUARTER = seconds_to_ns(SECONDS)


@dataclass(frozen=True, slots=True)
class Quarter:
    """One interval: the instant that ends it, kWh, lagging kvarh, the power factor that the table states in %."""

    end: int
    active: Decimal
    reactive: Decimal
    factor: Decimal


@dataclass(slots=True)
class Table:
    """All intervals in order of time; refused: lines that are none, (line, text); doubled: of one instant once more."""

    name: str
    digest: str
    quarters: list[Quarter] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    midnights: int = 0
    doubled: int = 0

    @property
    def missing(self) -> int:
        """Quarter hours between the first and the last that the table lacks."""
        first, last = self.quarters[0].end, self.quarters[-1].end
        return (last - first) // QUARTER + 1 - len(self.quarters)


def tables_in(folder: Path) -> list[Path]:
    """The tables below a folder, known by their heading."""
    return [path for path in sorted(folder.rglob("*.csv*")) if _content(path)[:200].find(ACTIVE) >= 0]


def _content(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig", "replace")


def read_table(path: Path, zone: ZoneInfo) -> Table:
    """Read one table; its naive stamps mean `zone`."""
    table = Table(path.name, sha256(path.read_bytes()).hexdigest())
    found: dict[int, Quarter] = {}
    for quarter in _quarters(table, _content(path), zone):
        table.doubled += quarter.end in found
        found[quarter.end] = quarter
    table.quarters = [found[end] for end in sorted(found)]
    return table


def _quarters(table: Table, text: str, zone: ZoneInfo) -> Iterator[Quarter]:
    before: datetime | None = None
    reader = csv.DictReader(text.splitlines())
    for row in reader:
        try:
            moment = datetime.strptime(row[TIME], "%d/%m/%Y %H:%M").replace(tzinfo=zone)
            amounts = [Decimal(row[name]) for name in (ACTIVE, REACTIVE, FACTOR)]
        except (ValueError, InvalidOperation, KeyError, TypeError):
            table.refused.append((reader.line_num, str(row)[:80]))
            continue
        if before is not None and _is_old_date(moment, before):
            moment += timedelta(days=1)
            table.midnights += 1
        before = moment
        yield Quarter(from_datetime(moment), *amounts)


def _is_old_date(moment: datetime, before: datetime) -> bool:
    """A midnight that would lie before the row above it: it ends that row's day."""
    at_midnight = (moment.hour, moment.minute) == (0, 0)
    return at_midnight and moment.date() == before.date() and moment < before


def register(ends: Sequence[int], amounts: Sequence[Decimal]) -> Samples:
    """The register whose differences are these amounts, each read at the end of its interval."""
    ts: list[int] = []
    level: list[Decimal] = []
    for end, amount in zip(ends, amounts, strict=True):
        if not ts or end - ts[-1] > QUARTER:
            ts.append(end - QUARTER)
            level.append(Decimal(0))
        ts.append(end)
        level.append(level[-1] + amount)
    return samples_of(ts, [float(value) for value in level])
