"""Batches over real HTTP: durable before 200; what is wrong is refused in one sentence and changes nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from collector.store.opening import read_store
from evidence_engine.encoding import encode_batch
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE
from tests.collector.serving import NOW, T0, send, serving
from tests.contracts.check_store import batch_of


async def test_a_batch_goes_in_once_and_comes_out(tmp_path: Path) -> None:
    batch = batch_of(1, [("CNC-01/state", T0, 3.0), ("CNC-01/state", T0 + 5, np.nan, 2)])
    async with serving(tmp_path) as site:
        answer = await site.send(batch)
        assert (answer.status_code, answer.json()) == (200, {"stored": True, "rows": 2, "quarantined": 0})
        assert read_store(str(tmp_path / "store"))[0]["CNC-01/state"].ts.tolist() == [T0, T0 + 5]
        again = await site.send(batch)
        assert (again.status_code, again.json()["stored"]) == (200, False)
        assert (await site.client.get("/api/series")).json() == ["CNC-01/state"]
        query = {"series": "CNC-01/state", "from": "2000-01-01", "to": "2100-01-01"}
        rows = (await site.client.get("/api/samples", params=query)).json()["samples"]
        assert [(row["value"], row["quality"]) for row in rows] == [(3.0, "good"), (None, "bad")]
        arrow = await site.client.get(
            "/api/samples", params=query, headers={"Accept": "application/vnd.apache.arrow.stream"}
        )
        assert pa.ipc.open_stream(arrow.content).read_all().column("ts").to_pylist() == [T0, T0 + 5]


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "token missing or wrong"),
        ({"Authorization": ""}, 401, "token missing or wrong"),
        ({"Authorization": "Basic YTpi"}, 401, "token missing or wrong"),
        ({"Authorization": "Bearer for edge-9 only"}, 403, "not for agent 'edge-1'"),
        ({"Floortruth-Digest": "sha256:00"}, 400, "the body's digest is"),
        ({"Floortruth-Digest": ""}, 400, "Floortruth-Digest is missing"),
    ],
)
async def test_refused_by_its_headers(
    headers: dict[str, str], status: int, sentence: str, tmp_path: Path
) -> None:
    async with serving(tmp_path) as site:
        answer = await site.send(batch_of(1, [("CNC-01/state", T0, 3.0)]), **headers)
        assert answer.status_code == status
        assert sentence in answer.json()["error"]
        assert (await site.client.get("/api/series")).json() == []


def other_schema() -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"time": [1], "value": [2.0]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def named(series: str) -> bytes:
    return encode_batch(batch_of(1, [(series, T0, 1.0)]))


GOOD = encode_batch(batch_of(1, [("CNC-01/state", T0 + i, float(i)) for i in range(500)]))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not a readable Arrow stream"),
        (b"hello", "not a readable Arrow stream"),
        (GOOD[:-300], "not a readable Arrow stream"),
        (GOOD[: len(GOOD) // 2], "not a readable Arrow stream"),
        (other_schema(), "schema is 'none'"),
        (named("CNC-01"), "series 'CNC-01': 'CNC-01' is not a series"),
        (named("CNC-01/powr_active"), "did you mean 'power_active'?"),
        (named("CNC-01/link"), "belong to '@<connection>'"),
        (named("@cell-a/state"), "belong to '@<connection>'"),
    ],
)
async def test_refused_by_its_body(body: bytes, sentence: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        answer = await send(site.client, body)
        assert answer.status_code == 400
        assert sentence in answer.json()["error"]
        assert "\n" not in answer.json()["error"]
        assert (await send(site.client, GOOD)).status_code == 200


async def test_too_large(tmp_path: Path) -> None:
    async with serving(tmp_path, max_body="4096") as site:
        answer = await send(site.client, bytes(5000))
        assert answer.status_code == 413
        assert "4096 bytes" in answer.json()["error"]

        async def chunks():  # type: ignore[no-untyped-def]
            for _ in range(9):
                yield bytes(1000)

        headers = {"Authorization": "Bearer a token for tests"}
        assert (await site.client.post("/api/batches", content=chunks(), headers=headers)).status_code == 413


async def test_times_that_cannot_be_are_set_aside(tmp_path: Path) -> None:
    """One sample from the future must not block all later ones, nor one of 1970 make a million windows."""
    rows = [
        ("CNC-01/state", T0, 3.0),
        ("CNC-01/state", NOW + HOUR, 4.0),
        ("CNC-01/product", NOW + 4 * MINUTE, np.nan, 0, "P1"),
        ("CNC-02/state", 0, 3.0),
        ("CNC-02/state", NOW - 500 * DAY, 3.0),
    ]
    async with serving(tmp_path) as site:
        answer = await site.send(batch_of(1, rows))
        assert answer.json() == {"stored": True, "rows": 2, "quarantined": 3}
        assert (await site.client.get("/api/series")).json() == ["CNC-01/product", "CNC-01/state"]
        assert (await site.client.get("/api/health")).json()["store"]["quarantined"] == 3
        assert (await site.send(batch_of(1, rows))).json()["stored"] is False
        imported = await site.send(batch_of(0, [("CNC-02/state", NOW - 500 * DAY, 3.0)], agent="import"))
        assert imported.json()["quarantined"] == 0


async def test_full_inbox_asks_to_wait_and_loses_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).random(4000)
    async with serving(tmp_path, inbox_max_bytes="1000000") as site:
        sequence, status = 0, 200
        while status == 200 and sequence < 100:
            sequence += 1
            rows = [("CNC-01/power_active", T0 + sequence * 10_000 + i, v) for i, v in enumerate(noise)]
            answer = await site.send(batch_of(sequence, rows))
            status = answer.status_code
        assert status == 507
        assert "no room" in answer.json()["error"]
        assert (await site.client.get("/api/health")).status_code == 200
    held = read_store(str(tmp_path / "store"))[0]["CNC-01/power_active"]
    assert len(held) == (sequence - 1) * 4000


async def test_assets_in_no_register_are_named(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await site.send(batch_of(1, [("CNC-01/state", T0, 1.0), ("CNC-77/state", T0, 1.0)]))
        assert (await site.client.get("/api/health")).json()["not_in_register"] == ["CNC-77"]


async def test_missing_batch_breaks_the_agents_links(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await site.send(batch_of(1, [("@cell-a/link", T0, 1.0)]))
        await site.send(batch_of(3, [("@cell-a/link", T0 + MINUTE, 1.0)]))
        query = {"series": "@cell-a/link", "from": "2000-01-01", "to": "2100-01-01"}
        rows = (await site.client.get("/api/samples", params=query)).json()["samples"]
        assert [row["value"] for row in rows] == [1.0, 0.0, 1.0]


async def test_status_of_an_agent(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        headers = {"Authorization": "Bearer for edge-9 only"}
        told = await site.client.post(
            "/api/agents/edge-9/status", json={"spool": {"used": 1}}, headers=headers
        )
        assert told.status_code == 200
        agents = (await site.client.get("/api/agents")).json()
        assert agents["edge-9"]["spool"] == {"used": 1}
        assert agents["edge-9"]["received_at"].endswith("Z")
        other = await site.client.post("/api/agents/edge-1/status", json={}, headers=headers)
        assert other.status_code == 403
        assert (await site.client.post("/api/agents/edge-9/status", json={})).status_code == 401
        wrong = await site.client.post("/api/agents/edge-9/status", content=b"[", headers=headers)
        assert wrong.status_code == 400


async def test_queries_that_cannot_be_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await site.send(batch_of(1, [("CNC-01/state", T0, 3.0)]))
        for query, status, sentence in [
            ("series=CNC-01/stat&from=2020-01-01&to=2100-01-01", 404, "did you mean 'CNC-01/state'?"),
            ("series=CNC-01/state&from=yesterday&to=2100-01-01", 400, "'yesterday' is not a time"),
            ("series=CNC-01/state&from=2021-01-01&to=2020-01-01", 400, "window ends before it begins"),
        ]:
            answer = await site.client.get(f"/api/samples?{query}")
            assert answer.status_code == status
            assert sentence in answer.json()["error"]
        assert (await site.client.get("/api/evidence/sha256:0")).status_code == 404
        assert (await site.client.get("/api/evidence?window=tomorrow")).status_code == 404


async def test_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    batch = batch_of(1, [("CNC-01/state", T0, 3.0)])
    async with serving(tmp_path) as site:
        await site.send(batch)
    async with serving(tmp_path) as site:
        assert (await site.send(batch)).json()["stored"] is False
        assert (await site.send(replace(batch, id=replace(batch.id, sequence=2)))).json()["stored"] is True
