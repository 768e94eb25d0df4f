"""Notices reach real servers: once each, after outages and restarts too, with the cause; and mistakes are told."""

import asyncio
import hashlib
import hmac
import json
import socketserver
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.config import load_config
from collector.journal import Channel, Journal
from collector.notices import mail, webhook
from collector.notices.config import Mail, Notices, Webhook
from collector.notices.notice import body_of, notice_of, subject_of
from collector.notices.sending import Sending, Way
from collector.notices.ways import ways_of
from collector.notices.webhook import NotTold
from evidence_engine.documents import BadInput
from tests.collector.receivers import free_port, hook, mailbox
from tests.collector.serving import write_config

WORDING = {"zh": "基于运行参数等统计OEE", "en": "OEE computed from running data"}
SCORE = {"level": {"low": 1, "high": 3}, "total": {"low": 1.04, "high": 3.2}}


def state(verdict: str, low: float, high: float) -> dict[str, Any]:
    because = {"zh": "因为", "en": f"as {verdict}"}
    return {"verdict": verdict, "score": {"low": low, "high": high}, "by": "data", "because": because}


MET, PARTLY, LOST = state("met", 1, 1), state("partly", 0.5, 0.5), state("insufficient", 0, 1)


def change(before: dict[str, Any] | None, after: dict[str, Any], first: bool = False) -> dict[str, Any]:
    cause = {"kind": "figure", "zh": "CNC-01 覆盖 99% → 31%", "en": "CNC-01 coverage 99 % → 31 %"}
    return {"first": first, "before": before, "after": after, "causes": [] if first else [cause]}


def notice(journal: Journal, *changes: tuple[str, dict[str, Any]]) -> dict[str, Any] | None:
    return notice_of("S1", journal.add(10, None, changes), SCORE, lambda _: WORDING, "http://c:8321/")


def some_notice() -> dict[str, Any]:
    found = notice(Journal(None), ("M2-4.3b", change(MET, LOST)))
    assert found is not None
    return found


def test_a_notice_says_what_changed_why_and_where() -> None:
    told = some_notice()
    (verdict,) = told["verdicts"]
    assert (verdict["before"]["verdict"], verdict["after"]["verdict"]) == ("met", "insufficient")
    assert verdict["url"] == "http://c:8321/assessment/M2-4.3b"
    assert subject_of(told, "en") == "S1: M2-4.3b met [1] → insufficient data [0–1]"
    assert subject_of(told, "zh") == "S1：M2-4.3b 满足 [1] → 数据不足 [0–1]"
    for lang, words in (
        ("zh", ("等级区间 1–3", "CNC-01 覆盖", "不颁发等级")),
        ("en", ("level range 1 to 3", "31 %")),
    ):
        assert all(word in body_of(told, lang) for word in words)


def test_what_returned_to_what_it_was_is_not_told_and_the_first_score_neither() -> None:
    journal = Journal(None)
    assert notice(journal, ("M2-4.3b", change(MET, LOST)), ("M2-4.3b", change(LOST, MET))) is None
    assert notice(journal, ("M2-4.3b", change(None, MET, first=True))) is None
    both = notice(journal, ("M2-4.3b", change(MET, LOST)), ("M2-4.3b", change(LOST, PARTLY)))
    assert both is not None
    (verdict,) = both["verdicts"]
    assert (verdict["before"]["verdict"], verdict["after"]["verdict"]) == ("met", "partly")
    assert len(verdict["causes"]) == 2


class Watched(Journal):
    """A journal that wakes the test when a channel has come further, or failed once more."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder)
        self.loop, self.moved = asyncio.get_running_loop(), asyncio.Event()

    def told(self, name: str, upto: int) -> None:
        super().told(name, upto)
        self.loop.call_soon_threadsafe(self.moved.set)

    def not_told(self, name: str, error: str) -> None:
        super().not_told(name, error)
        self.loop.call_soon_threadsafe(self.moved.set)

    async def until(self, done: Callable[[Channel], bool], name: str) -> None:
        async with asyncio.timeout(10):
            while not done(self.channel(name)):
                await self.moved.wait()
                self.moved.clear()


class Telling:
    """A journal, one channel, and the loop between them."""

    def __init__(self, journal: Watched, name: str, tell: Callable[[dict[str, Any]], None]) -> None:
        self.journal, self.name = journal, name
        config = Notices(gather=0.0, retry=0.01, retry_most=0.02)
        self.loop = Sending(journal, config, "S1", [Way(name, tell)], lambda: SCORE, lambda _: WORDING)
        self.stop = asyncio.Event()

    async def __aenter__(self) -> "Telling":
        self.journal.channel(self.name)
        self.task = asyncio.ensure_future(self.loop.run(self.stop))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 5)

    def add(self, *changes: tuple[str, dict[str, Any]]) -> None:
        self.journal.add(10, None, changes)
        self.loop.wake()

    async def told(self, upto: int) -> None:
        await self.journal.until(lambda channel: channel.told >= upto, self.name)

    async def failed(self, times: int) -> None:
        await self.journal.until(lambda channel: channel.failures >= times, self.name)


async def test_a_webhook_gets_each_notice_once_signed() -> None:
    with hook() as server:
        to = Webhook(url=server.url)
        async with Telling(Watched(), "webhook", lambda n: webhook.post(to, "key", n)) as telling:
            telling.add(("M2-4.3b", change(MET, LOST)))
            await telling.told(1)
            telling.add(("M2-4.3b", change(LOST, MET)))
            await telling.told(2)
        assert [json.loads(body)["id"] for body in server.bodies] == ["S1/1", "S1/2"]
        signed = hmac.new(b"key", server.bodies[0], hashlib.sha256).hexdigest()
        assert server.headers[0]["Floortruth-Signature"] == f"sha256={signed}"
        assert server.headers[0]["Floortruth-Notice"] == "1"


async def test_a_receiver_that_is_away_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    """The collector is restarted meanwhile: the journal is the queue."""
    with hook() as server:
        to = Webhook(url=server.url)
        server.status = 503
        journal = Watched(tmp_path)
        async with Telling(journal, "webhook", lambda n: webhook.post(to, "", n)) as telling:
            telling.add(("M2-4.3b", change(MET, LOST)))
            await telling.failed(3)
            assert journal.channel("webhook").error == f"{server.url} answered 503 Service Unavailable"
        journal.close()
        server.status = 200
        journal = Watched(tmp_path)
        async with Telling(journal, "webhook", lambda n: webhook.post(to, "", n)) as telling:
            await telling.told(1)
        journal.close()
        assert len(server.bodies) == 1


async def test_e_mail_over_starttls_with_a_login(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        to = Mail(
            host="127.0.0.1",
            port=box.port,
            user="plant",
            sender="ft@plant.cn",
            to=["a@plant.cn", "b@plant.cn"],
            password={"env": "X"},
        )  # type: ignore[arg-type]
        async with Telling(Watched(), "mail", lambda n: mail.send(to, "secret", n, box.trust)) as telling:
            telling.add(("M2-4.3b", change(MET, LOST)), ("M2-7.2a", change(PARTLY, MET)))
            await telling.told(2)
        (message,) = box.messages
        assert (box.users, box.encrypted) == (["plant"], [True])
        assert message["Subject"] == "S1：2 个条款的判定变了"
        assert message["To"] == "a@plant.cn, b@plant.cn"
        assert "CNC-01 覆盖 99% → 31%" in message.get_content()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "wrong"}, "535 wrong password"),
        ({"refuse": b"550 no such user"}, "550"),
        ({"trust": False}, "certificate verify failed"),
        ({"gone": True}, "refused"),
    ],
)
def test_why_a_mail_was_not_taken(changes: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        box.refuse = changes.get("refuse", b"")
        port = free_port() if "gone" in changes else box.port
        to = Mail(
            host="127.0.0.1",
            port=port,
            user="plant",
            sender="ft@plant.cn",
            to=["a@plant.cn"],
            password={"env": "X"},
        )  # type: ignore[arg-type]
        with pytest.raises(NotTold, match=sentence):
            mail.send(
                to,
                changes.get("password", "secret"),
                some_notice(),
                box.trust if changes.get("trust", True) else None,
            )
    assert box.messages == []


@pytest.mark.parametrize(
    ("status", "sentence"), [(500, "answered 500"), (302, "answered 302"), (404, "answered 404")]
)
def test_why_a_webhook_was_not_taken(status: int, sentence: str) -> None:
    with hook() as server:
        server.status = status
        with pytest.raises(NotTold, match=sentence):
            webhook.post(Webhook(url=server.url), "", some_notice())
        assert server.attempts == 1


def test_nobody_listens_at_the_address() -> None:
    with pytest.raises(NotTold, match="refused"):
        webhook.post(Webhook(url=f"http://127.0.0.1:{free_port()}/"), "", some_notice())


def test_an_answer_that_is_no_http_is_told_and_no_crash() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Garbage) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(NotTold, match="not http at all"):
            webhook.post(Webhook(url=f"http://127.0.0.1:{server.server_address[1]}/"), "", some_notice())
        thread.join()


class Garbage(socketserver.StreamRequestHandler):
    """Speaks something else."""

    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(b"not http at all\r\n\r\n")


async def test_a_journal_that_cannot_be_written_for_now_does_not_end_the_loop() -> None:
    class Full(Watched):
        full = True

        def told(self, name: str, upto: int) -> None:
            if self.full:
                self.full = False
                raise sqlite3.OperationalError("database or disk is full")
            super().told(name, upto)

    sent: list[dict[str, Any]] = []
    async with Telling(Full(), "webhook", sent.append) as telling:
        telling.add(("M2-4.3b", change(MET, LOST)))
        await telling.told(1)
    assert [n["id"] for n in sent] == ["S1/1", "S1/1"], "the same notice, with the same id"


def test_attempts_grow_rarer_up_to_a_limit() -> None:
    loop = Sending(Journal(None), Notices(retry=5, retry_most=900), "S1", [], lambda: None, lambda _: WORDING)
    assert [loop.pause(n) for n in (1, 2, 3, 8, 9, 500)] == [5, 10, 20, 640, 900, 900]


def test_ways_are_off_unless_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ways_of(load_config(write_config(tmp_path))) == []
    monkeypatch.setenv("HOOK_KEY", "k")
    (tmp_path / "password").write_text("secret\n")
    notices = (
        "{webhook: {url: 'https://x/y', secret: {env: HOOK_KEY}}, mail: {host: mx, sender: a@b, to: [c@d], "
        "user: u, password: {file: password}}}"
    )
    assert [way.name for way in ways_of(load_config(write_config(tmp_path, notices=notices)))] == [
        "webhook",
        "mail",
    ]
    monkeypatch.delenv("HOOK_KEY")
    with pytest.raises(
        BadInput, match=r"notices\.webhook\.secret: the environment variable 'HOOK_KEY' is not set"
    ):
        ways_of(load_config(write_config(tmp_path, notices=notices)))


@pytest.mark.parametrize(
    ("notices", "sentence"),
    [
        ("{webhook: {url: 'ftp://x'}}", "notices.webhook.url"),
        ("{mail: {host: mx, sender: a@b, to: []}}", "notices.mail.to"),
        ("{mail: {host: mx, sender: a@b, to: [c@d], user: u}}", "user and password belong together"),
        (
            "{mail: {host: mx, sender: a@b, to: [c@d], user: u, password: {env: P}, security: none}}",
            "would send the password readable",
        ),
        ("{mail: {host: mx, sender: a@b, to: [c@d], password: secret}}", "notices.mail.password"),
        ("{webhook: {url: 'http://x', secret: {}}}", "give either env or file (never the secret itself)"),
        ("{gather: -1}", "notices.gather"),
    ],
)
def test_wrong_notices_in_the_configuration(notices: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        load_config(write_config(tmp_path, notices=notices))
    assert sentence in str(error.value)
    assert str(error.value).startswith("collector.yaml:7: notices")
