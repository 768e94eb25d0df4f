"""From columns in memory to figures: what `evidence_engine` offers to somebody with a table of an own (docs/python.md).

    from evidence_engine import figures, open_history, open_plant

    plant = open_plant(Path("plant.yaml").read_text("utf-8"))
    history = open_history(plant, polars.read_parquet("history.parquet"))
    found = figures(plant, history, "day")
    found.columns()  # for a data frame; found.records for the evidence itself

A table is anything that speaks the Arrow C stream (polars, pandas, pyarrow, DuckDB), or a mapping of columns:
`ts, asset, role, value`, and where there are any `text` and `quality`. Nothing is read from disk or network here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import ValidationError

from evidence_engine.assess import assess
from evidence_engine.column_cells import Cells, read_instants, read_quality, read_values
from evidence_engine.documents import BadInput
from evidence_engine.evidence.files import window_name
from evidence_engine.evidence.record import Record
from evidence_engine.plant_file import read_plant_file
from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, format_instant, parse_instant, to_datetime
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.roles import CONNECTION_ROLES, Role, did_you_mean, role_of, series_name
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import STANDARD, Window, WindowKind, standard_windows

NEEDED = ("ts", "asset", "role", "value")
KNOWN = (*NEEDED, "text", "quality")
MOST_WINDOWS = 200_000
"""More than twenty years of hours: whoever asks for more has a stamp that is far off."""

Windows = WindowKind | tuple[str, str] | Window | Iterable[WindowKind | tuple[str, str] | Window]
"""`"day"`, `("2026-11-01", "2026-12-01")`, a Window, or several of them."""


def open_plant(text: str, name: str = "plant.yaml", read: Callable[[str], str] | None = None) -> Plant:
    """The plant of a YAML text; `read` gives the text of the holiday files that it names. Raises BadInput."""
    return read_plant_file(text, name, read or _no_files)


def _no_files(name: str) -> str:
    raise BadInput(f"the plant names the file '{name}': hand in read=, a function from its name to its text")


def open_history(
    plant: Plant, table: Any, plan: Sequence[PlanEntry] = (), papers: Papers | None = None
) -> History:
    """The history of a table; rows in any order, the same series and instant twice: the later row stands (D6).

    ts: timestamps (naive: the plant's time zone), int64 ns UTC, or text as D1 · value: numbers, or text where a state or
    product is told by words; none and NaN end what was known (D5) · quality: good, uncertain, bad or 0, 1, 2 ·
    plan, papers: the production plan, orders and inspections, where there are any.
    BadInput names column and row.
    """
    columns = _columns(table)
    names, codes = _series(columns, plant)
    cells = read_values(columns["value"], columns.get("text"), [_role(name) for name in names], codes)
    ts = read_instants(columns["ts"], plant.zone)
    quality = read_quality(columns.get("quality"), len(ts))
    series = dict(_split(names, codes, ts, cells, quality))
    return History(series, _facts(plant, series), tuple(plan), "columns", papers or Papers())


def _facts(plant: Plant, series: Mapping[str, Samples]) -> dict[str, list[tuple[int, ConnectionFacts]]]:
    """What the plant file states of its connections, and what was announced since (D8)."""
    found = {key: [(0, stated)] for key, stated in plant.connections.items()}
    for name, samples in series.items():
        if name.endswith("/facts"):
            announced = found.setdefault(name[1:].removesuffix("/facts"), [])
            for instant, text in zip(samples.ts.tolist(), samples.text or [None] * len(samples), strict=True):
                announced.append((instant, _announcement(name, text or "")))
    return found


def _announcement(name: str, text: str) -> ConnectionFacts:
    try:
        return ConnectionFacts.of_text(text)
    except ValidationError as error:
        raise BadInput(f"{name}: an announcement is not readable: {error.errors()[0]['msg']}") from None


def _columns(table: Any) -> dict[str, Any]:
    """One Arrow array per column."""
    try:
        found = pa.table(dict(table) if isinstance(table, Mapping) else table)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise BadInput(f"the table can't be read as Arrow columns: {str(error).splitlines()[0]}") from None
    index = [name for name in found.column_names if name.startswith("__index_level_")]
    found = found.drop_columns(index)  # pandas hands its row labels along
    for name in found.column_names:
        if name not in KNOWN:
            raise BadInput(f"unknown column '{name}'{did_you_mean(name, KNOWN)}")
    missing = [name for name in NEEDED if name not in found.column_names]
    if missing:
        raise BadInput(f"column '{missing[0]}' is missing, got {', '.join(found.column_names) or 'none'}")
    return {name: _plain(found.column(name).combine_chunks(), name) for name in found.column_names}


def _plain(column: Any, name: str) -> Any:
    """Categories and the several kinds of text as plain text."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_dictionary(column.type):
        column = column.cast(kind)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if name in ("asset", "role") and not pa.types.is_string(kind) and len(column):
        raise BadInput(f"column '{name}': expected text, got {kind}")
    return column


def _series(columns: Mapping[str, Any], plant: Plant) -> tuple[list[str], NDArray[np.int32]]:
    """The names of the series, and which of them each row belongs to."""
    asset, role = (_words(columns[name], name) for name in ("asset", "role"))
    pairs = asset.indices.to_numpy().astype(np.int64) * max(1, len(role.dictionary)) + role.indices.to_numpy()
    distinct, first, codes = np.unique(pairs, return_index=True, return_inverse=True)
    names = []
    for pair, row in zip(distinct.tolist(), first.tolist(), strict=True):
        at, of = divmod(pair, max(1, len(role.dictionary)))
        names.append(_name(asset.dictionary[at].as_py(), role.dictionary[of].as_py(), plant, row))
    return names, codes.astype(np.int32)


def _words(column: Any, name: str) -> Any:
    if column.null_count:
        raise BadInput(f"column '{name}', row {_first(pc.is_null(column))}: nothing stands there")
    return column.cast(pa.string()).dictionary_encode()


def _first(flags: Any) -> int:
    return int(pc.index(flags, True).as_py())


def _name(asset: str, role: str, plant: Plant, row: int) -> str:
    try:
        role_of(role)
    except ValueError as error:
        raise BadInput(f"column 'role', row {row}: {error}") from None
    is_connection = asset.startswith("@")
    if is_connection != (role in CONNECTION_ROLES):
        expected = "an asset" if is_connection else "a connection, as '@cell'"
        raise BadInput(f"column 'asset', row {row}: role '{role}' belongs to {expected}, got '{asset}'")
    if not is_connection and asset not in plant.assets:
        near = did_you_mean(asset, plant.assets)
        raise BadInput(f"column 'asset', row {row}: '{asset}' is not in the plant's register{near}")
    return series_name(asset, role)


def _role(series: str) -> Role:
    return role_of(series.rpartition("/")[2])


def _split(
    names: Sequence[str],
    codes: NDArray[np.int32],
    ts: NDArray[np.int64],
    cells: Cells,
    quality: NDArray[np.uint8],
) -> Iterator[tuple[str, Samples]]:
    """Each series ascending, of rows with the same ts the last."""
    order = np.lexsort((ts, codes))
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1))
    for number, name in enumerate(names):
        rows = order[starts[number] : starts[number + 1]]
        rows = rows[np.append(np.diff(ts[rows]) != 0, True)]
        text = None
        if cells.text is not None and any(one is not None for one in cells.text[rows]):
            text = tuple(cells.text[rows].tolist())
        yield name, Samples(ts[rows], cells.value[rows], quality[rows], text)


@dataclass(frozen=True, slots=True)
class Figures:
    """Evidence records, in the order window, asset, step, site."""

    found: tuple[Record, ...]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.found)

    @property
    def records(self) -> list[dict[str, Any]]:
        """Each as its JSON document, with its id."""
        return [record.to_json() for record in self.found]

    def columns(self) -> dict[str, list[Any]]:
        """One list per column, a row per record: what polars.DataFrame and pandas.DataFrame take."""
        rows = [_row(record) for record in self.found]
        return {name: [row[at] for row in rows] for at, name in enumerate(COLUMNS)}

    def arrow(self) -> Any:
        """The same as a pyarrow Table."""
        return pa.table(self.columns(), schema=pa.schema([(n, _ARROW.get(n, pa.string())) for n in COLUMNS]))


COLUMNS = (
    "window",
    "kind",
    "from",
    "to",
    "site",
    "asset",
    "step",
    "kpi",
    "value",
    "low",
    "high",
    "unit",
    "coverage",
    "provisional",
    "limitations",
)
_ARROW = {name: pa.float64() for name in ("value", "low", "high", "coverage")} | {
    "provisional": pa.bool_(),
    "limitations": pa.list_(pa.string()),
}


def _row(record: Record) -> tuple[Any, ...]:
    window, subject, result = record.window, record.subject, record.result
    return (
        window_name(window),
        window.kind,
        format_instant(window.start),
        format_instant(window.end),
        subject["site"],
        subject.get("asset"),
        subject.get("step"),
        record.kpi,
        result.value,
        result.low,
        result.high,
        result.unit,
        record.coverage,
        record.provisional,
        [limitation.code for limitation in record.limitations],
    )


def figures(plant: Plant, history: History, windows: Windows = "day") -> Figures:
    """Every KPI of every asset, step and the site in the windows. BadInput where a window is none."""
    return Figures(tuple(assess(plant, history, windows_of(plant, history, windows))))


def windows_of(plant: Plant, history: History, asked: Windows) -> list[Window]:
    """Kinds: those that have ended with the last sample · pairs of instants: as they are."""
    if isinstance(asked, str | Window) or _is_pair(asked):
        asked = [asked]  # type: ignore[list-item]
    found: list[Window] = []
    for one in asked:
        match one:
            case Window():
                found.append(one)
            case (start, end):
                found.append(window_between(plant, start, end))
            case kind:
                found += ended_windows(plant, history, [kind])
    return found


def _is_pair(asked: Any) -> bool:
    return isinstance(asked, tuple) and len(asked) == 2 and not {*asked} & {*STANDARD}


def window_between(plant: Plant, start: str, end: str) -> Window:
    """A window of one's own; BadInput where it is none."""
    try:
        window = Window(parse_instant(start, plant.zone), parse_instant(end, plant.zone))
        window.check_reach()
    except ValueError as error:
        raise BadInput(f"window from '{start}' to '{end}': {error}") from None
    return window


def ended_windows(plant: Plant, history: History, kinds: Sequence[str]) -> list[Window]:
    """The windows of these kinds that lie inside the history. BadInput: an unknown kind, or a history so long that one
    of its stamps must be far off."""
    for kind in kinds:
        if kind not in STANDARD:
            near = did_you_mean(kind, STANDARD) or f", expected one of {', '.join(STANDARD)}"
            raise BadInput(f"unknown window '{kind}'{near}")
    if history.start is None or history.end is None:
        return []
    hours = (history.end - history.start) // HOUR
    if "hour" in kinds and hours > MOST_WINDOWS:
        span = " to ".join(f"{to_datetime(t, plant.zone):%Y-%m-%d}" for t in (history.start, history.end))
        raise BadInput(
            f"the history reaches from {span}, that is {hours} hours: is a stamp far off? ask for longer windows"
            " (day, week, month, …) or for one from … to …"
        )
    return standard_windows(plant, history.start, history.end, [kind for kind in STANDARD if kind in kinds])
