"""The collector as a process: one sentence and status 2 where it can't start; ends within three seconds, killed or asked."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from collector.store.opening import read_store
from evidence_engine.encoding import encode_batch
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.instants import MINUTE, NS
from tests.collector.serving import T0, TOKEN, send, serving, write_config
from tests.contracts.check_store import batch_of

ROOT = Path(__file__).parents[2]
MAIN = """
import argparse, sys
from collector import server
parser = argparse.ArgumentParser()
server.add_arguments(parser)
sys.exit(server.main(parser.parse_args()))
"""


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-c", MAIN, *map(str, words)]


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A collector process and its address."""
    config, port_file = write_config(folder), folder / "port"
    port_file.unlink(missing_ok=True)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command(config, "--port-file", port_file), cwd=ROOT, stderr=log, stdout=log, text=True
        )
    try:
        deadline = time.monotonic() + 20
        while not port_file.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process, f"http://127.0.0.1:{port_file.read_text()}"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def failing(*words: str | Path) -> str:
    """What a command that can't start says; its status is 2."""
    done = subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = failing(write_config(tmp_path), "--port", str(taken.getsockname()[1]))
    assert "address already in use; choose another with listen.port or --port" in said


def test_store_in_use(tmp_path: Path) -> None:
    with running(tmp_path):
        assert "another process has this store open" in failing(tmp_path / "collector.yaml")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("none.yaml",), "none.yaml: no such file"),
        (("collector.yaml", "--clock", "now"), "--clock: clock 'now'"),
    ],
)
def test_wrong_words(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    write_config(tmp_path)
    assert sentence in failing(tmp_path / words[0], *words[1:])


def test_check_opens_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        command(write_config(tmp_path), "--check"), cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_ends_within_three_seconds_with_a_page_open(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            assert (await client.get("/api/health")).json()["status"] in ("ok", "degraded")
            async with client.stream("GET", "/api/events") as events, client.stream("GET", "/events") as page:
                async for line in events.aiter_lines():
                    if line.startswith("data: "):
                        break
                assert page.status_code == 200
                process.send_signal(number)
                began = time.monotonic()
                status = await asyncio.to_thread(process.wait, 10)
        assert (status, time.monotonic() - began < 3) == (0, True)
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_killed_after_acknowledging_it_has_everything(tmp_path: Path) -> None:
    acknowledged = 0
    with running(tmp_path) as (process, url):
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            for sequence in range(1, 31):
                body = batch_of(sequence, [("CNC-01/state", T0 + sequence, 3.0)], agent="edge-1")
                answer = await send(client, encode_batch(body))
                assert answer.json()["stored"] is True
                acknowledged += 1
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(read_store(str(tmp_path / "store"))[0]["CNC-01/state"]) == acknowledged
    with running(tmp_path) as (_, url):
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            answer = await send(client, encode_batch(body))
            assert answer.json()["stored"] is False


async def test_pages_are_there(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        page = await site.client.get("/?lang=en")
        assert page.status_code == 200
        assert "Content-Security-Policy" in page.headers


async def test_events_tell_that_something_came(tmp_path: Path) -> None:
    async with serving(tmp_path, assess="{interval: 1000}") as site:
        versions = []
        async with asyncio.timeout(10), site.client.stream("GET", "/api/events") as events:
            async for line in events.aiter_lines():
                if line.startswith("data: "):
                    versions.append(int(line.removeprefix("data: ")))
                    await site.client.post(
                        "/api/agents/a/status", json={}, headers={"Authorization": f"Bearer {TOKEN}"}
                    )
                if len(versions) == 2:
                    break
        assert versions[1] > versions[0]


async def test_from_a_batch_to_a_figure_and_a_clause(tmp_path: Path) -> None:
    """The whole walk with the real engine: rows come in over HTTP, a record with their digest and a score come out."""
    link = [("@cell-a/link", T0 + beat * 30 * NS, 1.0) for beat in range(60)]
    facts = ConnectionFacts(
        connection="cell-a", protocol="opcua", series={"CNC-01/state": SeriesFacts(resolution=0.0)}
    )
    announced = ("@cell-a/facts", T0, float("nan"), 0, facts.to_text())
    states = [("CNC-01/state", T0 + minute * MINUTE, 3.0) for minute in range(0, 30, 5)]
    async with serving(tmp_path, assess="{interval: 0.05}") as site:
        await site.send(batch_of(1, [*link, *states, announced]))
        query = {"kpi": "equipment.availability", "asset": "CNC-01", "window": "today"}
        async with asyncio.timeout(60):
            while "CNC-01/state" not in series_of(await asked(site.client, "/api/evidence", query)):
                await next_event(site.client)
            while not (score := await asked(site.client, "/api/score", {})):
                await next_event(site.client)
    assert score["schema"] == "floortruth/score/1"


def series_of(answer: dict[str, Any] | None) -> list[str]:
    """The inputs of the records of an answer."""
    records = answer["records"] if answer else []
    return [item["series"] for record in records for item in record["inputs"]]


async def asked(client: httpx.AsyncClient, path: str, query: dict[str, str]) -> dict[str, Any] | None:
    """A document of the API, None while it is not there."""
    answer = await client.get(path, params=query)
    return dict(answer.json()) if answer.status_code == 200 else None


async def next_event(client: httpx.AsyncClient) -> None:
    """Until the collector says that something changed after the first event, or a second has passed."""
    seen = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1), client.stream("GET", "/api/events") as events:
            async for line in events.aiter_lines():
                seen += line.startswith("data: ")
                if seen == 2:
                    return
