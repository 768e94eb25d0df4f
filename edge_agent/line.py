"""One line and its devices: the only reconnect loop, the polls, first values, keyframes and heartbeats (D2-D4, D31).

The walk: (1) connect, or write -1 and come again with back-off; (2) each device: 0, every tag once, then the first 1;
(3) polls and reports become samples, answers become proofs; (4) when the line breaks: the last proof, a 0, and (1).
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from connectors.base import Chunk, Connector, DeviceSilent, NotConnected, Refused, TagReport
from edge_agent.clock_watch import ClockWatch
from edge_agent.config import AgentConfig, Connection, connector_of
from edge_agent.derive import States
from edge_agent.device import Device
from edge_agent.links import Link
from edge_agent.pace import facts_of, grant, groups_of, looks_of, pace_of
from edge_agent.race import first_to_end
from edge_agent.rows import Rows
from edge_agent.sampler import Sampler
from edge_agent.turns import Turn, Turns
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS

log = logging.getLogger("edge_agent.line")

CONNECT_LIMIT = 30.0
"""Real seconds that connecting may take in all."""


NOT_YET = "not connected yet"


class Line:
    """One connection of the config; `run` until `stop`."""

    def __init__(self, connection: Connection, config: AgentConfig, clock: Clock, rows: Rows) -> None:
        self.connection, self._config, self._clock, self._rows = connection, config, clock, rows
        self._pace = pace_of(connection)
        self._looks = looks_of(connection, config, clock, rows)
        self.sampler = Sampler(self._looks, rows, self._pace.manner, clock.plant_ns(config.keyframe))
        self._connector: Connector = connector_of(connection, clock, config.agent)
        heartbeat = clock.plant_ns(config.heartbeat)
        self.devices = {
            name: Device(
                Link(name, rows, heartbeat),
                tuple(tags),
                rows.number(f"@{name}/facts"),
                rows.number(f"@{name}/clock_offset"),
            )
            for name, tags in self._connector.devices.items()
        }
        for device in self.devices.values():
            self.sampler.group(device.tags)
        self.trouble = NOT_YET
        self.refused: dict[int, str] = {}
        self.connects = self.failures = 0
        tables = [table for table in config.states if config.line_of(table) == connection.name]
        self._states = States(tables, connection.tags, rows, clock.plant_ns(config.keyframe))
        self.sampler.watch(self._states.sources())
        self._turns = Turns(clock)
        self._restart = asyncio.Event()
        self._watch = ClockWatch(clock)

    async def run(self, stop: asyncio.Event) -> None:
        """The reconnect loop; returns when `stop` is set."""
        self._begin(self._clock.now())
        connector = self._connector
        while not stop.is_set():
            try:
                await self._session(connector, stop)
            except Refused as error:
                self._broken(str(error))
                self.failures = max(self.failures, 16)  # wrong now, wrong in a second
            except NotConnected as error:
                self._broken(str(error))
            except Exception as error:  # the supervisor: a bug in one connector leaves the other lines alone
                log.error("bug connection=%s", self.connection.name, exc_info=True)
                self._broken(f"a bug of ours or of a library: {error!r}")
            finally:
                await connector.aclose()
            await self._rest(stop)
            if not stop.is_set():
                connector = self._connector = connector_of(self.connection, self._clock, self._config.agent)
        for device in self.devices.values():
            device.link.rest()

    def mind_clock(self) -> bool:
        """Whether the wall clock was set: then a 0 on every link, and everything from the beginning (D2).

        Asked before anything that was just heard is taken in, since its stamps may be of the clock as it was.
        """
        if self._watch.step():
            self.sampler.forget_time()
            self._states.forget_time()
            for device in self.devices.values():
                device.link.forget_time()
                self._begin_tags(device.tags, self._clock.now())
            self._begin(self._clock.now())
            self._restart.set()
        return self._restart.is_set()

    # --- (1) connecting ---

    async def _session(self, connector: Connector, stop: asyncio.Event) -> None:
        self._restart.clear()
        reports = await self._connect(connector, stop)
        if reports is None:
            return
        self._connected(connector, reports)
        jobs: list[Coroutine[Any, Any, Any]] = [stop.wait(), self._restart.wait()]
        if connector.can_ask:
            jobs.append(self._ask_all(connector))
        if connector.reports:
            jobs.append(self._listen(connector))
        await first_to_end(*jobs, closing=connector.aclose)

    async def _connect(self, connector: Connector, stop: asyncio.Event) -> list[TagReport] | None:
        """What each tag is; None where the agent was stopped meanwhile. Writes -1 where nobody answers (D2)."""
        found: list[list[TagReport]] = []

        async def attempt() -> None:
            found.append(await asyncio.wait_for(connector.connect(), CONNECT_LIMIT))

        try:
            await first_to_end(attempt(), stop.wait())
        except (
            NotConnected,
            TimeoutError,
        ) as error:  # Refused says nothing of the device: it may well be there
            self._attempt_failed()
            if isinstance(error, TimeoutError):
                raise NotConnected(f"no connection within {CONNECT_LIMIT:g} s") from None
            raise
        return found[0] if found else None

    def _attempt_failed(self) -> None:
        now = self._clock.now()
        for device in self.devices.values():
            device.link.broke(now)
            device.link.failed(now)

    def _connected(self, connector: Connector, reports: Sequence[TagReport]) -> None:
        self.connects += 1
        self.refused = {report.tag: report.refused for report in reports if report.refused}
        for tag, why in self.refused.items():
            log.warning(
                "tag refused connection=%s tag=%s why=%s", self.connection.name, self._tag_name(tag), why
            )
        grant(self._looks, self.connection, reports, self._clock)
        now = self._clock.now()
        for device in self.devices.values():
            device.is_silent, device.failures = False, 0
            self._begin_tags(device.tags, now)
            if not self._pace.polls:
                device.link.begin(now)
        self._announce(now)
        self._turns.clear()
        for name in self.devices:
            self._turns.push(name, (), self._clock.elapsed())

    def _broken(self, why: str) -> None:
        """The line is gone: said once."""
        now = self._clock.now()
        for device in self.devices.values():
            device.link.broke(now)
        self._say_broken(why)
        self.failures += 1

    def _say_broken(self, why: str) -> None:
        if self.trouble in ("", NOT_YET):
            log.warning("line broken connection=%s why=%s", self.connection.name, why)
        self.trouble = why

    def _healed(self) -> None:
        if self.trouble:
            log.info("line works connection=%s", self.connection.name)
        self.trouble, self.failures = "", 0

    async def _rest(self, stop: asyncio.Event) -> None:
        """Before the next attempt; not after a clock step."""
        if stop.is_set() or self._restart.is_set():
            return
        await first_to_end(
            asyncio.sleep(self._config.retry.seconds(self.failures)), stop.wait(), self._restart.wait()
        )

    # --- (2) and (3) asking ---

    async def _ask_all(self, connector: Connector) -> None:
        while True:
            turn = await self._turns.next()
            if turn.tags:
                await self._poll(connector, turn)
            else:
                await self._first_values(connector, turn.device)
            self._hear_reports_out()

    async def _first_values(self, connector: Connector, name: str) -> None:
        """A 0, every tag once, then the first 1 (D3); or -1, and the unit is probed ever more rarely."""
        device, begin = self.devices[name], self._clock.now()
        chunk = await self._asked(connector, name, self._readable(device))
        if chunk is None:
            return
        device.failures, device.is_silent = 0, False
        if self._pace.polls:  # what reports began when it was connected, and has reported meanwhile
            device.link.begin(begin)
            self._begin_tags(device.tags, begin)
        self._take(chunk, connector)
        device.link.open(max(chunk.ts, default=begin))
        if self._pace.polls:
            self._prove(device, chunk)
        self._device_healed(name, device)
        for group, tags, period in self._groups(name):
            self._turns.push(group, tags, self._first_due(period), period)

    async def _poll(self, connector: Connector, turn: Turn) -> None:
        device = self.devices[turn.device]
        if device.is_silent:
            return
        tags = tuple(i for i in turn.tags if i not in self.refused)
        chunk = await self._asked(connector, turn.device, tags) if tags else None
        if chunk is not None:
            self._take(chunk, connector)
            if self._pace.polls:
                self._prove(device, chunk)
            elif turn.period:
                self._look_for_reports(turn)
        if turn.period and not device.is_silent:
            self._turns.push(turn.device, turn.tags, self._after(turn), turn.period)

    async def _asked(self, connector: Connector, name: str, tags: tuple[int, ...]) -> Chunk | None:
        """One reading; None where the device kept silent. NotConnected where no device of the line answers."""
        try:
            chunk = await connector.read(tags)
            return None if self.mind_clock() else chunk
        except DeviceSilent as error:
            self._silent(name, str(error))
        if all(device.is_silent for device in self.devices.values()):
            raise NotConnected(
                f"{self.connection.name}: none of its devices answers ({self.devices[name].trouble})"
            )
        return None

    def _silent(self, name: str, why: str) -> None:
        """The link breaks at the first silence; each further one is a failed attempt (D2)."""
        device, now = self.devices[name], self._clock.now()
        if device.link.is_open:
            device.link.broke(now)
        else:
            device.link.failed(now)
        if not device.is_silent and not device.trouble:
            log.warning("device silent device=%s why=%s", name, why)
        device.is_silent, device.trouble = True, why
        device.failures += 1
        self._turns.forget(name)
        later = self._clock.plant_ns(self._config.retry.seconds(device.failures))
        self._turns.push(name, (), self._clock.elapsed() + later)

    def _device_healed(self, name: str, device: Device) -> None:
        if device.trouble:
            log.info("device answers device=%s", name)
        device.trouble = ""
        self._healed()

    def _readable(self, device: Device) -> tuple[int, ...]:
        return tuple(i for i in device.tags if i not in self.refused) or device.tags

    def _groups(self, name: str) -> list[tuple[str, tuple[int, ...], int]]:
        """What is asked for again and again: polls, or a keyframe of what reports by itself."""
        if self._pace.polls:
            groups = groups_of({name: self.devices[name].tags}, self._pace)
            return [(device, tags, self._clock.plant_ns(period)) for device, tags, period in groups]
        return [(name, self.devices[name].tags, self._clock.plant_ns(self._config.keyframe))]

    def _first_due(self, period: int) -> int:
        """One period from now; a keyframe at its border of the plant's clock (D4)."""
        if self._pace.polls:
            return self._clock.elapsed() + period
        return self._clock.elapsed() + period - self._clock.now() % period + 1

    def _after(self, turn: Turn) -> int:
        """The next of the same; polls that were missed are skipped, never queued."""
        if not self._pace.polls:
            return self._first_due(turn.period)
        now = self._clock.elapsed()
        missed = max(0, (now - turn.due) // turn.period)
        if missed:
            self.sampler.count("missed_poll", missed)
        return turn.due + (missed + 1) * turn.period

    # --- (3) reports ---

    async def _listen(self, connector: Connector) -> None:
        while True:
            chunk = await connector.read()
            if self.mind_clock():
                return
            device = self.devices[chunk.device]
            if not connector.can_ask and not device.link.is_open and chunk.proof is not None:
                self._speaks(chunk, device)
            self._take(chunk, connector)
            if chunk.ended_at is not None:
                self._left(chunk.ended_at, chunk.device, device)
            else:
                self._prove(device, chunk)
            self._hear_reports_out()

    def _speaks(self, chunk: Chunk, device: Device) -> None:
        """The first live message of a device that nobody can ask: its stretch begins here."""
        begin = min([chunk.proof or 0, *chunk.ts]) - 1
        device.link.begin(begin)
        self._begin_tags(device.tags, begin)
        device.link.open(begin)
        self._device_healed(chunk.device, device)

    def _left(self, at: int, name: str, device: Device) -> None:
        device.link.left(at)
        self._begin_tags(device.tags, self._clock.now())
        if not device.trouble:
            log.warning("device left device=%s", name)
        device.trouble = "its node said good-bye, or its will did"

    def _look_for_reports(self, turn: Turn) -> None:
        """A keyframe differed from what is held: see in two publishing intervals whether a report explains it (D4)."""
        tags = tuple(self.sampler.unexplained(self._clock.now()))
        if tags:
            later = self._clock.plant_ns(2 * self._pace.publishing)
            self._turns.push(turn.device, tags, self._clock.elapsed() + later)

    def _hear_reports_out(self) -> None:
        """NotConnected where the reports have failed: all tags of the subscription are bad since their keyframe."""
        if not (self._pace.manner.asks and self._pace.manner.reports):
            return
        failed = self.sampler.unexplained(self._clock.now() - self._clock.plant_ns(2 * self._pace.publishing))
        if failed:
            self.sampler.distrust(range(len(self._looks)))
            self._states.take(self.sampler.changes)
            names = ", ".join(self._tag_name(i) for i in failed[:3])
            raise NotConnected(
                f"{self.connection.name}: reports have failed, a reading of {names} differs from what was reported"
            )

    # --- what every chunk does ---

    def _take(self, chunk: Chunk, connector: Connector) -> None:
        self.sampler.take(chunk)
        self._states.take(self.sampler.changes)
        device = self.devices[chunk.device]
        if chunk.clock_offset is not None:
            self._rows.add(device.offset_series, self._clock.now(), chunk.clock_offset / NS, None, 0)
        if chunk.lost and connector.can_ask:
            error = max(self._looks[i].time_error for i in chunk.lost)
            due = (
                self._clock.elapsed() + 2 * error + NS
            )  # a reading sooner than that may be older than the report
            self._turns.push(chunk.device, tuple(dict.fromkeys(chunk.lost)), due)

    def _prove(self, device: Device, chunk: Chunk) -> None:
        """An answer or a report of the device itself; what was not looked at in time is told before (D31)."""
        if chunk.proof is None:
            return
        self.sampler.check_looks(device.tags, chunk.proof)
        if not self._pace.manner.asks and chunk.proof >= device.restate_at:
            device.restate_at = self.sampler.restate(device.tags, chunk.proof)
        self._states.take(self.sampler.changes)
        device.link.prove(chunk.proof)
        if device.link.is_open and self.trouble:
            self._healed()

    def _begin_tags(self, tags: tuple[int, ...], at: int) -> None:
        self.sampler.begin(tags, at)
        self._states.begin(tags)

    def _begin(self, now: int) -> None:
        """A start, or a step of the clock."""
        for device in self.devices.values():
            device.link.begin(now)
            device.facts, device.restate_at = "", 0
        self._announce(now)

    def _announce(self, now: int) -> None:
        """The facts of each device, where they are new (D8)."""
        for name, device in self.devices.items():
            text = facts_of(
                name, device.tags, self._looks, self.connection, self._config, self._clock
            ).to_text()
            if text != device.facts:
                self._rows.add(device.facts_series, now, float("nan"), text, 0)
                device.facts = text

    def _tag_name(self, i: int) -> str:
        tag = self.connection.tags[i]
        return f"{tag.asset}/{tag.role}"

    def why(self) -> dict[int, str]:
        """Tag → why it has no value, in words."""
        told: dict[int, str] = getattr(self._connector, "why", {})
        return {**told, **self.refused}
