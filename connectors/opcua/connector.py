"""The OPC UA connector: three verbs over one session, with proofs and stamps brought onto our clock."""

import asyncio
import math
from collections import deque
from collections.abc import Mapping, Sequence

from connectors.base import Chunk, NotConnected, Refused, TagReport
from connectors.opcua.config import NodeAddress, OpcUaConnection, parse_address
from connectors.opcua.device_clock import DeviceClock, PublishDelay, measured
from connectors.opcua.session import (
    Granted,
    Item,
    Node,
    Publication,
    Session,
    Subscribed,
    parts_of,
    status_name,
)
from connectors.opcua.values import NAN, Columns, decode, has_overflow, quality_of
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS, from_datetime
from evidence_engine.vocabulary.roles import role_of

_SERVER_CLOCK = NodeAddress("i", "2258")  # Server_ServerStatus_CurrentTime
_LOOKS = 5  # at a clock; all different: it ticks finely
_TICK_WAIT_S, _TICK_LOOK_S = 2.5, 0.02  # most servers restate their clock once a second
_NEVER = ("BadNodeId", "BadAttributeId", "BadNotReadable", "BadUserAccess")  # not a matter of the moment
_BACKLOG = 64  # Publish responses that wait for the agent; more wait in the server, whose overflow bit tells
_SEQUENCES = 2**32 - 1  # after the last comes 1


class OpcUaConnector:
    """One attempt at one server. `read()` gives one Chunk per Publish response, keep-alives included (D2)."""

    can_ask = True
    reports = True

    def __init__(self, config: OpcUaConnection, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self.devices: Mapping[str, Sequence[int]] = {config.name: range(len(config.tags))}
        self._session = Session(config, self._fail)
        self._is_text = [role_of(tag.role).is_text for tag in config.tags]
        self._nodes: list[Node | None] = []
        self._clock_node: Node | None = None
        self._device_clock: DeviceClock | None = None
        self._delay = PublishDelay()
        self._subscribed: list[int] = []
        self._unverified: set[int] = (
            set()
        )  # what was reported since the device's clock was last seen in its place
        self._publishing = config.publishing
        self._watches_clock = False
        self._expected: int | None = None
        self._backlog: deque[tuple[Publication, int, int]] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._failure = ""
        self._heard = self._clock_heard = 0.0
        self._clock_reports = 0
        self._silence = config.silence or 5.0

    # --- the three verbs ---

    async def connect(self) -> list[TagReport]:
        """1. log in  2. find the nodes  3. measure the device's clock  4. look at each value  5. subscribe."""
        await self._session.open()  # (1)
        self._nodes = [self._session.resolve(parse_address(tag.address)) for tag in self._config.tags]  # (2)
        await self._measure_clock()  # (3)
        refused = await self._check_values()  # (4)
        return await self._subscribe(refused)  # (5)

    async def read(self, tags: Sequence[int] | None = None) -> Chunk:
        """A reading of these tags, or the next Publish response. Raises NotConnected."""
        return await (self._next_report() if tags is None else self._reading(tags))

    async def aclose(self) -> None:
        """Close session and socket; a waiting `read` ends with NotConnected."""
        self._fail(f"{self._config.url}: closed")
        await self._session.aclose()

    # --- connecting ---

    async def _measure_clock(self) -> None:
        """The offset of the device's clock, by the best of several looks; Refused where it shows no time (D6)."""
        config = self._config
        named = config.clock_node
        self._clock_node = self._session.resolve(parse_address(named) if named else _SERVER_CLOCK)
        if config.clock == "agent":
            return
        looks = [await self._look() for _ in range(_LOOKS)]
        if len({shown for shown, _, _ in looks}) == _LOOKS:
            self._device_clock = measured(*min(looks, key=lambda look: look[2] - look[1]))
        else:
            self._device_clock = await self._after_tick(looks[-1][0])

    async def _look(self) -> tuple[int, int, int]:
        """What the device's clock shows, and when it was asked and answered."""
        asked = self._clock.now()
        columns = await self._session.read([self._clock_node] if self._clock_node is not None else [])
        answered = self._clock.now()
        shown = _shown(columns, 0)
        if shown is None:
            why = (
                status_name(columns.status[0])
                if columns.status and columns.status[0] >> 30
                else "it shows no time"
            )
            error = Refused if self._device_clock is None else NotConnected
            raise error(
                f"clock_node {self._config.clock_node or 'CurrentTime'}: {why}; name another, or use clock: agent"
            )
        return shown, asked, answered

    async def _after_tick(self, before: int) -> DeviceClock:
        """A clock that ticks coarsely is measured just after it ticked."""
        for _ in range(round(_TICK_WAIT_S / _TICK_LOOK_S)):
            await asyncio.sleep(_TICK_LOOK_S)
            shown, asked, answered = await self._look()
            if shown != before:
                return measured(shown, asked, answered, abs(shown - before))
        raise NotConnected(
            f"{self._config.url}: the device's clock stands still, or moves less than each {_TICK_WAIT_S:g} s "
            "(name another clock_node, or use clock: agent)"
        )

    async def _check_values(self) -> dict[int, str]:
        """Tags that have no value to give, with the reason in words."""
        refused = {tag: self._unresolved(tag) for tag, node in enumerate(self._nodes) if node is None}
        known = [tag for tag, node in enumerate(self._nodes) if node is not None]
        for part in parts_of(known, self._session.max_read):
            columns = await self._session.read([self._node(tag) for tag in part])
            for at, tag in enumerate(part):
                name = status_name(columns.status[at])
                if name.startswith(_NEVER):
                    refused[tag] = f"{self._config.tags[tag].address}: {name}"
                elif columns.is_composite[at]:
                    refused[tag] = (
                        f"{self._config.tags[tag].address}: an array or structure, expected one value"
                    )
        return refused

    def _unresolved(self, tag: int) -> str:
        address = parse_address(self._config.tags[tag].address)
        if address.uri is None:
            return f"'{self._config.tags[tag].address}' is no node address"
        return f"the server has no namespace '{address.uri}', it has: {', '.join(self._session.namespaces)}"

    def _node(self, tag: int) -> Node:
        node = self._nodes[tag]
        assert node is not None
        return node

    # --- subscribing ---

    async def _subscribe(self, refused: dict[int, str]) -> list[TagReport]:
        tags = [tag for tag in range(len(self._nodes)) if tag not in refused]
        items = [self._item(tag) for tag in tags]
        if self._clock_node is not None:
            items.append(Item(len(self._nodes), self._clock_node, self._config.publishing, 1))
        self._heard = self._clock_heard = asyncio.get_running_loop().time()
        subscribed, granted = await self._session.subscribe(items, self._config.publishing, self._published)
        self._publishing = subscribed.publishing
        clock = granted.pop() if self._clock_node is not None else Granted(refused="not known here")
        self._take_clock_item(clock)
        self._silence = self._allowed_silence(subscribed, clock)
        answers = dict(zip(tags, granted, strict=True))
        self._subscribed = [tag for tag in tags if not answers[tag].refused]
        return [self._report(tag, refused.get(tag, ""), answers.get(tag)) for tag in range(len(self._nodes))]

    def _item(self, tag: int) -> Item:
        sampling = self._config.sampling_of(self._config.tags[tag])
        return Item(
            tag,
            self._node(tag),
            sampling,
            self._config.queue_size or queue_size(self._config.publishing, sampling),
        )

    def _take_clock_item(self, granted: Granted) -> None:
        """A clock that stamps or is named must report; another one only shows life once it has moved."""
        is_needed = self._config.clock == "device" or self._config.clock_node is not None
        self._watches_clock = is_needed and not granted.refused
        if granted.refused and self._config.clock == "device":
            error = Refused if self._device_clock is None else NotConnected
            raise error(f"clock_node {self._config.clock_node or 'CurrentTime'}: {granted.refused}")

    def _allowed_silence(self, subscribed: Subscribed, clock: Granted) -> float:
        """Real seconds; never less than three times what the server granted, or it would be rebuilt for ever."""
        tick = self._clock.real_seconds(self._device_clock.tick) if self._device_clock is not None else 0.0
        granted = 3 * max(self._publishing, clock.sampling, tick)
        if not self._watches_clock:
            granted = max(granted, 1.5 * subscribed.keep_alive)
        return max(self._config.silence or 5 * max(self._publishing, 1.0), granted)

    def _report(self, tag: int, refused: str, granted: Granted | None) -> TagReport:
        if granted is None or granted.refused:
            return TagReport(tag, refused or (granted.refused if granted else "not subscribed"))
        sampling = self._publishing if granted.sampling < 0 else granted.sampling
        if self._config.clock == "agent":
            return TagReport(tag, resolution=sampling + self._publishing)
        return TagReport(tag, resolution=0.0 if self._config.reports_each_change else sampling)

    # --- reports ---

    async def _published(self, publication: Publication) -> None:
        """Called by the library for each Publish response; while the agent is behind, the next one waits."""
        arrived, real = self._clock.now(), self._clock.wall()
        self._heard = asyncio.get_running_loop().time()
        if len(self._nodes) in publication.handles:
            self._watches_clock = self._watches_clock or self._clock_reports > 0
            self._clock_heard, self._clock_reports = self._heard, self._clock_reports + 1
        self._backlog.append((publication, arrived, real))
        self._news.set()
        while len(self._backlog) >= _BACKLOG and not self._failure:
            self._room.clear()
            await self._room.wait()

    def _fail(self, why: str) -> None:
        self._failure = self._failure or why
        self._news.set()
        self._room.set()

    async def _next_report(self) -> Chunk:
        """What has come is told first, then what went wrong."""
        while not self._backlog:
            if self._failure:
                raise NotConnected(self._failure)
            self._news.clear()
            await self._wait_for_news()
        publication, arrived, real = self._backlog.popleft()
        self._room.set()
        return self._chunk(publication, arrived, real)

    async def _wait_for_news(self) -> None:
        """Silence of the subscription, or of the clock in it, ends the connection: it proves itself or is rebuilt."""
        heard = min(self._heard, self._clock_heard) if self._watches_clock else self._heard
        left = heard + self._silence - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(self._news.wait(), max(left, 0.0))
        except TimeoutError:
            what = "a report of the clock" if self._clock_heard < self._heard else "a report"
            raise NotConnected(
                f"{self._config.url}: {self._silence:g} s without {what}, the subscription has died"
            ) from None

    def _chunk(self, publication: Publication, arrived: int, real: int) -> Chunk:
        """1. alive  2. when it was sent  3. is the device's clock where it was  4. is anything missing  5. the rows."""
        if publication.ended:  # (1) the library says so too where the line was lost
            raise NotConnected(
                self._failure or f"{self._config.url}: the server ended the subscription: {publication.ended}"
            )
        sent = arrived - self._delay_of(publication, real)  # (2)
        jump = self._jump_in(publication, arrived, sent)  # (3)
        if jump:  # nothing in it is believed, nor what came since the clock was last right
            self._end(jump)
            return Chunk(self._config.name, "report", lost=sorted(self._unverified), counts={"clock_jump": 1})
        chunk = Chunk(self._config.name, "report", proof=None if publication.has_more else sent)
        if self._is_gap(publication):  # (4)
            chunk.lost = list(self._subscribed)
            chunk.counts["sequence_gap"] = 1
        self._add_rows(chunk, publication, arrived)  # (5)
        return chunk

    def _delay_of(self, publication: Publication, real: int) -> int:
        """ns of plant time that the response was on its way; NotConnected where the server's clock jumped."""
        if publication.published is None:
            return 0
        delay = self._delay.of(publication.published, real) * self._clock.speed
        allowed = self._clock.plant_ns(self._config.clock_tolerance + max(2 * self._publishing, 1.0))
        if delay > allowed:
            raise NotConnected(
                f"{self._config.url}: a report came {self._clock.real_seconds(delay):.1f} s late, "
                "or the server's clock was set back"
            )
        return delay

    def _jump_in(self, publication: Publication, arrived: int, sent: int) -> str:
        """What to say where the device's clock is not where its offset says: the stamps with it are wrong."""
        device, clock = self._device_clock, len(self._nodes)
        if device is None:
            return ""
        last = max((at for at, handle in enumerate(publication.handles) if handle == clock), default=None)
        shown = _shown(publication.columns, last) if last is not None else None
        if shown is None:
            self._unverified.update(tag for tag in publication.handles if tag < clock)
            return ""
        tolerance = self._clock.plant_ns(self._config.clock_tolerance)
        late = self._clock.plant_ns(2 * self._publishing) + device.tick + tolerance
        if not sent - late <= device.ours(shown) <= arrived + tolerance:
            return self._jumped(device.ours(shown) - arrived)
        self._unverified.clear()
        return ""

    def _jumped(self, by: int) -> str:
        return f"{self._config.url}: the device's clock jumped by {by / NS:+.1f} s, measuring it anew"

    def _end(self, why: str) -> None:
        """What waits is not told any more: its stamps are wrong."""
        self._backlog.clear()
        self._fail(why)

    def _is_gap(self, publication: Publication) -> bool:
        """A keep-alive bears the next number, without using it up."""
        gap = self._expected is not None and publication.sequence != self._expected
        used = publication.sequence if not publication.is_keep_alive else publication.sequence - 1
        self._expected = used % _SEQUENCES + 1
        return gap

    # --- rows ---

    def _add_rows(self, chunk: Chunk, publication: Publication, arrived: int) -> None:
        columns = publication.columns
        for at, tag in enumerate(publication.handles):
            if tag >= len(self._nodes):
                continue  # the clock
            if has_overflow(columns.status[at]):
                chunk.lost.append(tag)
                _count(chunk, "queue_overflow")
            self._add(chunk, tag, self._stamp(chunk, columns, at, arrived), columns, at)

    def _stamp(self, chunk: Chunk, columns: Columns, at: int, arrived: int) -> int:
        """The source's stamp, else the server's where it is of the measured clock, else the arrival (D6)."""
        device = self._device_clock
        if device is None:
            return arrived
        stamp = columns.source[at]
        if stamp is None and self._config.clock_node is None:
            stamp = columns.server[at]
            _count(chunk, "stamp_of_server")
        if stamp is None:
            _count(chunk, "stamp_of_arrival")
            return arrived
        if device.ours(stamp) > arrived:
            _count(chunk, "cut_to_arrival")
            return arrived
        return device.ours(stamp)

    def _add(self, chunk: Chunk, tag: int, ts: int, columns: Columns, at: int) -> None:
        quality = quality_of(columns.status[at])
        if quality == 2:
            _count(chunk, status_name(columns.status[at]))
            chunk.add(tag, ts, NAN, None, 2)
            return
        config = self._config.tags[tag]
        decoded = decode(columns.raw[at], is_text=self._is_text[tag], encoding=config.encoding)
        if decoded is None:
            _count(chunk, "no_value")
            chunk.add(tag, ts, NAN, None, 2)
            return
        chunk.add(tag, ts, decoded[0], decoded[1], quality)

    # --- readings ---

    async def _reading(self, tags: Sequence[int]) -> Chunk:
        """Each request is stamped at its own middle; the device's clock is looked at with it (D6)."""
        chunk = Chunk(self._config.name, "reading")
        chunk.unanswered = [tag for tag in tags if self._nodes[tag] is None]
        known = [tag for tag in tags if self._nodes[tag] is not None]
        for part in parts_of(known, self._session.max_read):
            asked = self._clock.now()
            columns = await self._session.read([self._node(tag) for tag in part])
            answered = self._clock.now()
            middle = (asked + answered) // 2
            chunk.round_trip, chunk.proof = max(chunk.round_trip, answered - asked), middle
            for at, tag in enumerate(part):
                self._add(chunk, tag, middle, columns, at)
        await self._follow_clock(chunk)
        return chunk

    async def _follow_clock(self, chunk: Chunk) -> None:
        device = self._device_clock
        if device is None:
            return
        moved = device.follow(*await self._look())
        chunk.clock_offset = device.offset
        if abs(moved) > self._clock.plant_ns(self._config.clock_tolerance):
            self._end(self._jumped(moved))


def queue_size(publishing: float, sampling: float) -> int:
    """Values that a server must keep between two sendings: twice what it can see, 100 where it may see any number."""
    return 2 * (math.ceil(publishing / sampling) + 1) if sampling > 0 else 100


def _shown(columns: Columns, at: int) -> int | None:
    """The instant that a clock node shows, ns; None where it shows none."""
    if at >= len(columns.raw) or columns.status[at] >> 30:
        return None
    raw = columns.raw[at]
    if raw is None or isinstance(raw, bool | int | float | str | bytes):
        return None
    return from_datetime(raw)


def _count(chunk: Chunk, what: str) -> None:
    chunk.counts[what] = chunk.counts.get(what, 0) + 1
