"""What the API answers: series, samples (JSON or Arrow), evidence records and the score."""

import asyncio
import json
import math
from typing import Any

import pyarrow as pa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from collector.board import LiveBoard
from collector.store.base import Store
from evidence_engine.vocabulary.instants import format_instant, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import did_you_mean
from evidence_engine.vocabulary.samples import QUALITY_WORDS, Samples
from evidence_engine.vocabulary.window import Window

ARROW = "application/vnd.apache.arrow.stream"
MOST_JSON_ROWS = 100_000
MOST_RECORDS = 2_000


class Problem(Exception):
    """A request that can't be answered: HTTP status and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def add_queries(app: FastAPI, store: Store, board: LiveBoard) -> None:
    """Put the reading half of the API on an app."""
    _add_samples(app, store, board.plant)
    _add_evidence(app, board)


def _add_samples(app: FastAPI, store: Store, plant: Plant) -> None:
    @app.get("/api/series")
    async def series() -> list[str]:
        """The names of all series."""
        return await asyncio.to_thread(store.series)

    @app.get("/api/samples")
    async def samples(request: Request) -> Response:
        """`?series=&from=&to=`: the samples with from <= ts < to, as JSON, or as an Arrow stream by `Accept`."""
        query = request.query_params
        name = query.get("series", "")
        window = window_of(query.get("from", ""), query.get("to", ""), plant)
        found = await asyncio.to_thread(store.read, name, window)
        if not len(found) and name not in (known := await asyncio.to_thread(store.series)):
            raise Problem(404, f"no series '{name}'{did_you_mean(name, known)}")
        if ARROW in request.headers.get("accept", ""):
            return Response(arrow_bytes(found), media_type=ARROW)
        if len(found) > MOST_JSON_ROWS:
            raise Problem(
                400, f"{len(found)} rows, at most {MOST_JSON_ROWS} as JSON: ask for 'Accept: {ARROW}'"
            )
        return JSONResponse({"series": name, "samples": json_rows(found)})


def _add_evidence(app: FastAPI, board: LiveBoard) -> None:
    @app.get("/api/windows")
    async def windows() -> list[dict[str, str]]:
        """All windows that have records."""
        return [
            {"name": w.name, "kind": w.kind, "from": format_instant(w.start), "to": format_instant(w.end)}
            for w in board.windows()
        ]

    @app.get("/api/evidence")
    async def evidence(
        kpi: str | None = None, asset: str | None = None, window: str | None = None
    ) -> Response:
        """`?kpi=&asset=&window=`: evidence records; window by its name, as `2026-11-24-day` or `today`."""
        spans = [w for w in board.windows() if window in (None, w.name)]
        if window is not None and not spans:
            known = [w.name for w in board.windows()]
            raise Problem(404, f"no window '{window}'{did_you_mean(window, known)}")
        found = [kept.text for w in spans for kept in board.kept(kpi=kpi, asset=asset, window=w)]
        text = f'{{"total":{len(found)},"records":[{",".join(found[:MOST_RECORDS])}]}}'
        return Response(text, media_type="application/json")

    @app.get("/api/evidence/{identity}")
    async def record(identity: str) -> dict[str, Any]:
        """One record by its id."""
        found = board.record(identity)
        if found is None:
            raise Problem(404, f"no evidence record '{identity}': it may have been computed anew since")
        return found

    @app.get("/api/score")
    async def score() -> Response:
        """The score document (D30)."""
        document = board.score()
        if document is None:
            raise Problem(404, "nothing is assessed yet")
        return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")


def window_of(start: str, end: str, plant: Plant) -> Window:
    """A window from two texts; Problem 400 names what is wrong."""
    try:
        window = Window(parse_instant(start, plant.zone), parse_instant(end, plant.zone))
        window.check_reach()
        return window
    except (ValueError, OverflowError) as error:
        raise Problem(400, f"from, to: {error}") from None


def json_rows(samples: Samples) -> list[dict[str, Any]]:
    """Rows with instants as text (D1); NaN and infinities are null."""
    texts = samples.text or (None,) * len(samples)
    columns = zip(samples.ts.tolist(), samples.value.tolist(), samples.quality.tolist(), texts, strict=True)
    return [
        {"ts": format_instant(ts), "value": value if math.isfinite(value) else None}
        | {"quality": QUALITY_WORDS[quality]}
        | ({} if text is None else {"text": text})
        for ts, value, quality, text in columns
    ]


def arrow_bytes(samples: Samples) -> bytes:
    """Columns ts: int64 ns, value: float64, quality: uint8, text: string, as an Arrow IPC stream."""
    texts = (
        pa.nulls(len(samples), pa.string()) if samples.text is None else pa.array(samples.text, pa.string())
    )
    table = pa.table(
        {
            "ts": pa.array(samples.ts),
            "value": pa.array(samples.value),
            "quality": pa.array(samples.quality),
            "text": texts,
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
