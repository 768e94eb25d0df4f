"""The OPC UA connector against real servers: values, stamps, proofs, losses, and every way to fail."""

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

import connectors.opcua
from connectors.base import Chunk, NotConnected, Refused
from connectors.opcua.config import OpcUaConnection, OpcUaTag
from connectors.opcua.connector import OpcUaConnector
from connectors.opcua.session import Session
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS, from_datetime
from tests.connectors.plc import BAD_DEVICE, MAX_NODES_PER_READ, UNCERTAIN, URI, Plc, free_port

CLOCK = Clock(time.time_ns, time.monotonic_ns)
ROLES = {
    "state": "state", "ready": "alarm", "power": "power_active", "count": "count_total", "product": "product",
    "since": "x_since", "name": "batch",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Iterator[Plc]:
    plc = Plc().start()
    yield plc
    plc.stop()


@pytest.fixture
def plc(shared: Plc) -> Iterator[Plc]:
    shared.write("state", 0)
    yield shared
    shared.clock_ahead, shared.clock_runs = timedelta(), True


@pytest.fixture
async def opened() -> AsyncIterator[list[OpcUaConnector]]:
    """Whatever a test opens is closed."""
    made: list[OpcUaConnector] = []
    yield made
    for connector in made:
        await connector.aclose()


def tag(name: str, role: str = "", **more: object) -> OpcUaTag:
    return OpcUaTag(asset="A", role=role or ROLES[name], address=f"nsu={URI};s={name}", **more)  # type: ignore[arg-type]


def connector(
    plc: Plc, tags: list[OpcUaTag], opened: list[OpcUaConnector], on: Clock = CLOCK, **more: object
) -> OpcUaConnector:
    settings: dict[str, object] = {
        "protocol": "opcua", "name": "cell", "url": plc.url, "tags": tags, "publishing": 0.05, "sampling": 0.02,
        "clock_node": f"nsu={URI};s=Clock", "timeout": 2.0,
    }  # fmt: skip
    made = OpcUaConnector(OpcUaConnection.model_validate(settings | more), on)
    opened.append(made)
    return made


async def row(made: OpcUaConnector, value: float) -> tuple[int, int, Chunk]:
    """Stamp and quality of the report of that value, and its chunk."""
    chunk = await until(made, has_value(value))
    at = chunk.value.index(value)
    return chunk.ts[at], chunk.quality[at], chunk


async def until(made: OpcUaConnector, wanted: object, seconds: float = 5.0) -> Chunk:
    """The next report for which `wanted(chunk)`."""
    async with asyncio.timeout(seconds):
        while True:
            chunk = await made.read()
            if wanted(chunk):  # type: ignore[operator]
                return chunk


def has_value(value: float) -> object:
    return lambda chunk: value in chunk.value


class TestValues:
    async def test_every_scalar_type_is_read(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        tags = [tag(name, encoding="gb18030") if name == "name" else tag(name) for name in ROLES]
        made = connector(plc, tags, opened)
        reports = await made.connect()
        assert [report.refused for report in reports] == [""] * len(tags)
        plc.write("state", 3)
        plc.write("count", 7)
        before = time.time_ns()
        chunk = await made.read(range(len(tags)))
        after = time.time_ns()
        since = from_datetime(datetime(2026, 11, 24, 8, tzinfo=UTC)) / NS
        assert chunk.kind == "reading"
        assert chunk.value[:4] == [3, 1, 1.5, 7]
        assert chunk.value[5] == since
        assert math.isnan(chunk.value[4])
        assert chunk.text == [None, None, None, None, "P1", None, "甲"]
        assert chunk.quality == [0] * 7
        assert all(before <= ts <= after for ts in chunk.ts)
        assert before <= (chunk.proof or 0) <= after
        assert 0 < chunk.round_trip <= after - before

    async def test_reports_keep_source_time_and_status(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        at = plc.write("state", 11)
        stamp, quality, _ = await row(made, 11)
        assert quality == 0
        assert abs(stamp - from_datetime(at)) < 20_000_000
        plc.write("state", 12, status=UNCERTAIN)
        assert (await row(made, 12))[1] == 1
        plc.write("state", 13, status=BAD_DEVICE)
        chunk = await until(made, lambda chunk: 2 in chunk.quality)
        assert math.isnan(chunk.value[0])  # no value when bad
        assert chunk.counts["BadDeviceFailure"] == 1
        plc.write("state", 14, status=0x00960000)  # GoodLocalOverride: an unusual good is good
        assert (await row(made, 14))[1] == 0

    async def test_changes_between_two_publishings_all_come(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("count")], opened, publishing=0.2)
        await made.connect()
        for value in range(100, 110):
            plc.write("count", value)
        seen: list[float] = []
        async with asyncio.timeout(5):
            while 109.0 not in seen:
                seen += (await made.read()).value
        assert seen[-10:] == [float(value) for value in range(100, 110)]

    async def test_unknown_nodes_are_refused_one_by_one(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        strange = OpcUaTag(asset="A", role="mode", address="nsu=urn:elsewhere;s=x")
        made = connector(plc, [tag("nowhere", "alarm"), strange, tag("list", "mode"), tag("state")], opened)
        reports = await made.connect()
        assert "BadNodeIdUnknown" in reports[0].refused
        assert "no namespace 'urn:elsewhere'" in reports[1].refused
        assert "array" in reports[2].refused
        assert reports[3].refused == ""
        plc.write("state", 21)
        assert set((await until(made, has_value(21))).tag) == {3}
        chunk = await made.read([1, 3])
        assert (chunk.tag, chunk.unanswered) == ([3], [1])

    async def test_resolution_is_what_the_server_granted(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened)
        assert (await made.connect())[0].resolution == 0.05  # this server looks only when it publishes
        each = connector(plc, [tag("state")], opened, reports_each_change=True)
        assert (await each.connect())[0].resolution == 0.0
        agent = connector(plc, [tag("state")], opened, clock="agent")
        assert (await agent.connect())[0].resolution == 0.1


class TestTime:
    async def test_stamps_are_moved_by_the_measured_offset(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        plc.clock_ahead = timedelta(hours=17)
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        written = time.time_ns()
        plc.write("state", 31)
        assert abs((await row(made, 31))[0] - written) < 100_000_000
        offset = (await made.read([0])).clock_offset
        assert offset is not None
        assert abs(offset - 17 * 3600 * NS) < 50_000_000

    async def test_the_servers_own_coarse_clock_is_measured_at_its_tick(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened, clock_node=None)
        await made.connect()
        offset = (await made.read([0])).clock_offset
        assert offset is not None
        assert abs(offset) < 100_000_000

    async def test_a_stamp_after_its_arrival_is_cut_and_counted(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        plc.write("state", 32, at=plc.now() + timedelta(seconds=30))
        stamp, _, chunk = await row(made, 32)
        assert stamp <= time.time_ns()
        assert chunk.counts["cut_to_arrival"] == 1

    async def test_an_old_stamp_is_delay_and_stays(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        at = plc.write("state", 33, at=plc.now() - timedelta(minutes=5))
        assert abs((await row(made, 33))[0] - from_datetime(at)) < 20_000_000

    async def test_without_a_source_time_the_arrival_is_taken_and_counted(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        before = time.time_ns()
        plc.write("state", 34, stamped=False)
        stamp, _, chunk = await row(made, 34)
        assert stamp >= before
        assert chunk.counts["stamp_of_arrival"] == 1

    async def test_clock_agent_ignores_the_devices_stamps(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened, clock="agent")
        await made.connect()
        before = time.time_ns()
        plc.write("state", 35, at=plc.now() - timedelta(hours=1))
        assert before <= (await row(made, 35))[0] <= time.time_ns()
        assert (await made.read([0])).clock_offset is None

    @pytest.mark.parametrize("seconds", [40, -40])
    async def test_a_jump_of_the_devices_clock_ends_the_connection(
        self, plc: Plc, opened: list[OpcUaConnector], seconds: int
    ) -> None:
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        await made.read()
        plc.clock_ahead = timedelta(seconds=seconds)
        with pytest.raises(NotConnected, match="clock jumped"):
            await until(made, lambda chunk: False)

    async def test_what_was_stamped_between_a_jump_and_its_discovery_is_lost(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        """The report is sent before the clock itself is: nobody can tell by which clock it was stamped."""
        made = connector(plc, [tag("state"), tag("power")], opened)
        await made.connect()
        await until(made, lambda chunk: chunk.tag)
        plc.clock_runs = False
        await until(made, lambda chunk: not chunk.tag)
        plc.write("state", 51, at=plc.now() - timedelta(seconds=40))
        await until(made, has_value(51))
        plc.clock_ahead = timedelta(seconds=-40)
        plc.clock_runs = True
        chunk = await until(made, lambda chunk: bool(chunk.lost))
        assert (chunk.lost, chunk.proof, chunk.tag) == ([0], None, [])
        with pytest.raises(NotConnected, match="clock jumped"):
            await made.read()

    async def test_all_instants_are_plant_time_at_speed_60(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        origin = time.time_ns()
        clock = Clock(time.time_ns, time.monotonic_ns, origin, origin + 86_400 * NS, 60)
        plc.clock_ahead = timedelta(days=1)  # near plant time, running at the wrong speed: only for a moment
        made = connector(plc, [tag("state")], opened, clock, clock="agent")
        await made.connect()
        plc.write("state", 36)
        stamp, _, chunk = await row(made, 36)
        assert origin + 86_400 * NS < stamp <= clock.now()
        assert chunk.proof is not None
        assert stamp - 60 * NS < chunk.proof <= clock.now()


class TestProof:
    async def test_a_keep_alive_proves_without_rows(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        made = connector(plc, [tag("state")], opened, clock_node=None)  # its clock speaks once a second
        await made.connect()
        chunk = await until(made, lambda chunk: not chunk.tag)
        assert chunk.kind == "report"
        assert chunk.proof is not None
        assert 0 <= time.time_ns() - chunk.proof < NS

    async def test_the_overflow_bit_is_a_loss_of_that_tag(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("power"), tag("state")], opened)
        await made.connect()
        plc.write("state", 41, status=0x480)
        chunk = await until(made, has_value(41))
        assert chunk.lost == [1]
        assert chunk.quality[chunk.value.index(41)] == 0

    async def test_a_jump_in_the_sequence_is_a_loss_of_all(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state"), tag("power")], opened)
        await made.connect()
        await until(made, lambda chunk: chunk.tag)
        for subscription in plc.subscriptions():
            subscription._notification_seq += 3
        chunk = await until(made, lambda chunk: chunk.lost)
        assert chunk.lost == [0, 1]
        assert chunk.counts["sequence_gap"] == 1
        assert (await made.read()).lost == []

    async def test_a_response_that_holds_back_more_proves_nothing(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        """What follows is older than its publish time: a 1 there would vouch for reports that may still be lost."""
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        assert (await made.read()).proof
        for subscription in plc.subscriptions():
            pop = subscription._pop_publish_result

            def some(pop: Any = pop) -> ua.PublishResult:
                result: ua.PublishResult = pop()
                result.MoreNotifications = True
                return result

            subscription._pop_publish_result = some
        chunk = await until(made, lambda chunk: chunk.proof is None)
        assert chunk.kind == "report"

    async def test_a_subscription_that_died_quietly_is_found(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened, silence=0.5)
        await made.connect()
        await made.read()
        for subscription in plc.subscriptions():
            plc._loop.call_soon_threadsafe(subscription._task.cancel)
        with pytest.raises(NotConnected, match="subscription has died"):
            await until(made, lambda chunk: False)
        assert (await made.read([0])).proof  # the server itself still answers: that alone proves nothing here

    async def test_a_clock_that_stands_still_is_found(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        made = connector(plc, [tag("state")], opened, silence=0.5)
        await made.connect()
        plc.clock_runs = False
        with pytest.raises(NotConnected, match="without a report of the clock"):
            await until(made, lambda chunk: False)

    async def test_a_clock_that_nobody_named_and_that_never_moves_is_not_waited_for(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        made = connector(plc, [tag("state")], opened, clock_node="i=2257", silence=0.3)  # StartTime
        with pytest.raises(NotConnected, match="stands still"):
            await made.connect()
        agent = connector(plc, [tag("state")], opened, clock="agent", silence=0.3)
        agent._config = agent._config.model_copy(update={"clock_node": None})
        await agent.connect()
        assert not agent._watches_clock


class TestFailures:
    async def test_unreachable(self, opened: list[OpcUaConnector]) -> None:
        config = OpcUaConnection(protocol="opcua", name="cell", url=f"opc.tcp://127.0.0.1:{free_port()}")
        made = OpcUaConnector(config, CLOCK)
        with pytest.raises(NotConnected, match="while connecting"):
            await made.connect()
        await made.aclose()
        await made.aclose()

    async def test_closing_is_safe_unopened_and_leaves_no_session(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        before = plc.sessions()
        unopened = connector(plc, [], opened)
        await unopened.aclose()
        made = connector(plc, [tag("state")], opened)
        await made.connect()
        waiting = asyncio.create_task(until(made, lambda chunk: False))
        await made.aclose()
        with pytest.raises(NotConnected, match="closed"):
            await waiting
        assert await plc.until_sessions(before)

    async def test_the_clock_node_must_show_a_time(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        with pytest.raises(Refused, match=r"clock_node .*shows no time"):
            await connector(plc, [], opened, clock_node=f"nsu={URI};s=state").connect()
        with pytest.raises(Refused, match=r"clock_node .*BadNodeIdUnknown"):
            await connector(plc, [], opened, clock_node=f"nsu={URI};s=none").connect()

    async def test_restart_on_another_namespace_index(self, opened: list[OpcUaConnector]) -> None:
        plc = Plc().start()
        try:
            made = connector(plc, [tag("state")], opened)
            await made.connect()
            await made.read()
        finally:
            await asyncio.to_thread(plc.stop)
        with pytest.raises(NotConnected):
            await until(made, lambda chunk: False)
        await made.aclose()
        again = Plc(plc.port, extra_namespaces=2)
        await asyncio.to_thread(again.start)
        try:
            assert again.index != plc.index
            made = connector(again, [tag("state")], opened)
            assert (await made.connect())[0].refused == ""
            assert (await made.read([0])).value == [3]
            await made.aclose()
        finally:
            await asyncio.to_thread(again.stop)

    async def test_a_server_that_stops_answering(self, plc: Plc, opened: list[OpcUaConnector]) -> None:
        made = connector(plc, [tag("state")], opened, silence=0.6, timeout=0.5)
        await made.connect()
        await made.read()
        plc.freeze()
        try:
            with pytest.raises(NotConnected, match=r"without a report|connection lost"):
                await until(made, lambda chunk: False)
            with pytest.raises(NotConnected):
                await made.read([0])
            began = time.monotonic()
            await made.aclose()
            assert time.monotonic() - began < 3
        finally:
            plc.thaw()

    def test_too_many_sessions_means_again_later(self) -> None:
        session = Session(OpcUaConnection(protocol="opcua", name="x", url="opc.tcp://h:1"), lambda why: None)
        with pytest.raises(NotConnected, match="BadTooManySessions"), session._translated("connecting"):
            raise ua.uaerrors.BadTooManySessions
        with pytest.raises(Refused, match="BadUserAccessDenied"), session._translated("connecting"):
            raise ua.uaerrors.BadUserAccessDenied

    async def test_requests_are_split_by_the_servers_limits(
        self, plc: Plc, opened: list[OpcUaConnector]
    ) -> None:
        limit = MAX_NODES_PER_READ
        most = ua.DataValue(ua.Variant(2, ua.VariantType.UInt32))
        none = ua.DataValue(ua.Variant(0, ua.VariantType.UInt32))
        plc.run(plc.server.write_attribute_value(limit, most))
        try:
            made = connector(
                plc, [tag("state"), tag("power"), tag("count"), tag("product"), tag("ready")], opened
            )
            await made.connect()
            chunk = await made.read(range(5))
        finally:
            plc.run(plc.server.write_attribute_value(limit, none))
        assert made._session.max_read == 2
        assert chunk.tag == [0, 1, 2, 3, 4]
        assert chunk.ts[0] == chunk.ts[1] < chunk.ts[2] < chunk.ts[4]


def test_there_is_no_way_to_write() -> None:
    for path in Path(connectors.opcua.__file__).parent.glob("*.py"):
        assert not re.search(r"\.(write\w*|set_value|call|call_method)\(", path.read_text()), path
