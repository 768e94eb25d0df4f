"""The first rows of an import as they were understood, as a table for people."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np

from collector.importing.rows import Rows
from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.samples import QUALITY_WORDS

SHOWN = 12
VARIED = 8
"""So many series are shown by their first sample; what room is left goes to the first rows."""


def table(parts: Sequence[Rows], zone: ZoneInfo) -> str:
    """Line, plant time with its offset, series, value, quality: the first samples, then the first of each series."""
    cells = [("line", "time", "series", "value", "quality")]
    for rows in parts:
        cells += [_row(rows, row, zone) for row in _chosen(rows, SHOWN + 1 - len(cells))]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def _chosen(rows: Rows, count: int) -> list[int]:
    order = np.argsort(rows.lines, kind="stable")
    _, first = np.unique(rows.series[order], return_index=True)
    places = dict.fromkeys([*sorted(first.tolist())[:VARIED], *range(min(SHOWN, len(order)))])
    return [int(order[place]) for place in sorted(list(places)[: max(0, count)])]


def _row(rows: Rows, row: int, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    text = None if rows.text is None else rows.text[row]
    value = f"'{text}'" if text is not None else f"{rows.value[row]:.12g}".replace("nan", "—")
    return (
        str(rows.lines[row]),
        to_datetime(int(rows.ts[row]), zone).isoformat(sep=" "),
        rows.names[rows.series[row]],
        value,
        QUALITY_WORDS[rows.quality[row]],
    )
