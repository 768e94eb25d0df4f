"""What all devices on the wire have in common: a gate, a life, and the floor that they stand on."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from simulators.faults import Schedule
from simulators.wire.gate import Gate
from simulators.wire.signal import PlantModel, Signal


class Floor:
    """The plant as its devices see it: the model, plant time, the faults, and how counters stood at the start."""

    def __init__(
        self,
        model: PlantModel,
        clock: Callable[[], int],
        schedule: Schedule,
        codes: Mapping[str, int],
        bases: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        """`codes`: the number of each product where a wire has no text. `bases`: what a counter that was reset

        before the live start has to subtract from its true count.
        """
        self.model, self.schedule, self.codes = model, schedule, codes
        self._clock, self._bases = clock, bases or {}
        self._last = clock()

    def now(self) -> int:
        """Plant time now, never going back; every trace is complete up to and including it."""
        self._last = max(self._last, self._clock())
        self.model.advance(self._last)
        return self._last

    def signal(
        self, asset: str, role: str, devices: Iterable[str], modulus: int = 0, per_unit: int = 1
    ) -> Signal:
        """Raises KeyError where the plant has no such signal, FaultError where a fault does not fit it."""
        base = self._bases.get((asset, role), 0.0)
        trace = self.model.trace(asset, role)
        return Signal(trace, asset, role, devices, self.schedule, modulus, per_unit, base)


def raise_failure(task: "asyncio.Task[None] | None") -> None:
    """Raises what a background task died of; a task that runs, or was never begun, is fine."""
    if task is not None and task.done() and not task.cancelled():
        task.result()


class Device(ABC):
    """One endpoint of the plant; `links` names what can be reached through it (D2)."""

    scheme: ClassVar[str]

    def __init__(self, name: str, links: tuple[str, ...], gate: Gate) -> None:
        self.name, self.links, self.gate = name, links, gate

    def url(self, host: str) -> str:
        return f"{self.scheme}://{host}:{self.gate.port}"

    @abstractmethod
    async def start(self) -> None:
        """Comes up and can be reached when this returns; after `stop` on the same port as before."""

    @abstractmethod
    async def stop(self) -> None:
        """Goes down and forgets its connections; safe twice."""

    def prepare(self) -> None:
        """Work for the next `start` that needs no socket."""
        return

    async def cut(self) -> None:
        """The cable is out: every socket closed, new ones refused, the device itself lives on."""
        self.gate.cut()

    async def heal(self) -> None:
        """The cable is back; can be reached when this returns."""
        await self.gate.open(self.gate.target_port)

    async def tick(self, now_ns: int) -> None:
        """Sends what has changed up to `now_ns`, if it sends by itself."""
        return

    async def aclose(self) -> None:
        await self.stop()
        await self.gate.aclose()
