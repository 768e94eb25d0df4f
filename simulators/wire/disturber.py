"""Carries out the faults that need hands: cables pulled, servers restarted; and keeps when a device could be reached."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from simulators.faults import Fault
from simulators.wire.device import Device, Floor
from simulators.wire.field import Field

Interval = tuple[int, int]
_BY_HAND = ("link_cut", "server_restart")


class Reachability:
    """Per name, the half-open stretches of plant time in which it could be reached on the wire (D24)."""

    def __init__(self, names: Iterable[str], from_ns: int) -> None:
        self._up_since: dict[str, int] = dict.fromkeys(names, from_ns)
        self._held_down: dict[str, int] = dict.fromkeys(self._up_since, 0)
        self._past: dict[str, list[Interval]] = {name: [] for name in self._up_since}

    def down(self, name: str, ts_ns: int) -> None:
        """Down until as many `up` have come: faults may overlap."""
        if self._held_down[name] == 0 and ts_ns > self._up_since[name]:
            self._past[name].append((self._up_since[name], ts_ns))
        self._held_down[name] += 1

    def up(self, name: str, ts_ns: int) -> None:
        self._held_down[name] -= 1
        if self._held_down[name] == 0:
            self._up_since[name] = ts_ns

    def until(self, ts_ns: int) -> dict[str, list[Interval]]:
        """Everything known until `ts_ns`."""
        return {name: past + self._open(name, ts_ns) for name, past in self._past.items()}

    def _open(self, name: str, ts_ns: int) -> list[Interval]:
        is_up = self._held_down[name] == 0 and self._up_since[name] < ts_ns
        return [(self._up_since[name], ts_ns)] if is_up else []


class Disturber:
    """Follows the schedule; each begin and end is told once to `tell(fault, begins)`."""

    def __init__(self, field: Field, floor: Floor, from_ns: int, tell: Callable[[Fault, bool], None]) -> None:
        self._field, self._floor, self._tell = field, floor, tell
        self._done = from_ns - 1
        names = {name for device in field.devices.values() for name in (device.name, *device.links)}
        self.reachability = Reachability(sorted(names), from_ns)
        self._hands = {name: asyncio.Lock() for name in field.devices}
        self._works: set[asyncio.Task[None]] = set()

    def step(self, now_ns: int) -> None:
        """Begins and ends what the schedule says up to `now_ns`; raises what an earlier deed failed of."""
        for _, begins, fault in self._field_edges(now_ns):
            self._tell(fault, begins)
            if fault.kind in _BY_HAND:
                self._carry_out(fault, begins)
        self._done = now_ns
        for work in [w for w in self._works if w.done()]:
            self._works.discard(work)
            work.result()

    async def aclose(self) -> None:
        for work in self._works:
            work.cancel()
        await asyncio.gather(*self._works, return_exceptions=True)

    def _field_edges(self, now_ns: int) -> list[tuple[int, bool, Fault]]:
        return list(self._floor.schedule.edges(self._done, now_ns))

    def _carry_out(self, fault: Fault, begins: bool) -> None:
        device = self._field.devices.get(fault.device)
        if device is None:  # one unit behind a gateway: the registers themselves follow the schedule
            self._mark_unit(fault, begins)
            return
        work = asyncio.get_running_loop().create_task(self._work(device, fault, begins))
        self._works.add(work)

    def _mark_unit(self, fault: Fault, begins: bool) -> None:
        gateway = next(d for d in self._field.devices.values() if fault.device in d.links)
        for name in (fault.device, *((gateway.name,) if len(gateway.links) == 1 else ())):
            if begins:
                self.reachability.down(name, fault.from_ns)
            else:
                self.reachability.up(name, fault.until_ns)

    async def _work(self, device: Device, fault: Fault, begins: bool) -> None:
        async with self._hands[device.name]:
            if begins:
                self._mark_down(device)
                await self._break(device, fault)
                return
            await self._mend(device, device.heal if fault.kind == "link_cut" else device.start)
            for other in self._field.dependents(device.name):
                await self._mend(other, other.heal)

    async def _mend(self, device: Device, mend: Callable[[], Awaitable[None]]) -> None:
        """Back up, unless another fault still holds it down: that one's end will mend it."""
        if not self._is_held(device.name):
            await mend()
        self._mark(device, self.reachability.up)

    def _is_held(self, name: str) -> bool:
        now = self._floor.now()
        names = {name} | {
            b for b in self._field.devices if name in {d.name for d in self._field.dependents(b)}
        }
        return any(
            f.active(now) for f in self._floor.schedule.faults if f.kind in _BY_HAND and f.device in names
        )

    async def _break(self, device: Device, fault: Fault) -> None:
        if fault.kind == "link_cut":
            await device.cut()
            return
        await device.stop()
        device.prepare()

    def _mark_down(self, device: Device) -> None:
        for each in (device, *self._field.dependents(device.name)):
            self._mark(each, self.reachability.down)

    def _mark(self, device: Device, note: Callable[[str, int], None]) -> None:
        now = self._floor.now()
        for name in {device.name, *device.links}:
            note(name, now)
