"""A plant written out by hand and a clock that tests set, so that each wire's answer can be read by eye."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from simulators.clock import SECOND
from simulators.faults import Fault, Schedule
from simulators.model.trace import Steps
from simulators.wire.device import Floor

START = 1_795_482_000 * SECOND  # 2026-11-24T01:00:00Z
CODES = {"P1": 1, "P2": 2}
Story = Sequence[tuple[float, float | str]]


class ScriptedPlant:
    """Signals given as (second since START, value); the whole story is told from the beginning.

    `advance` brings the traces up to an instant, as the model does.
    """

    def __init__(self, stories: Mapping[tuple[str, str], Story]) -> None:
        self._untold = {
            key: [(START + round(s * SECOND), v) for s, v in story] for key, story in stories.items()
        }
        self._traces = {key: Steps() for key in stories}
        self.advance(START)

    def advance(self, until_ns: int) -> None:
        for key, untold in self._untold.items():
            while untold and untold[0][0] <= until_ns:
                self._traces[key].put(*untold.pop(0))

    def signals(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._traces)

    def trace(self, asset: str, role: str) -> Steps:
        return self._traces[asset, role]


class ManualClock:
    """Plant time that moves only when it is told."""

    def __init__(self) -> None:
        self.ns = START

    def __call__(self) -> int:
        return self.ns

    def at(self, second: float) -> int:
        self.ns = START + round(second * SECOND)
        return self.ns


def fault(kind: str, device: str, begin: float, end: float | None = None, **more: object) -> Fault:
    """A fault between two seconds since START; without an end it lasts its nanosecond."""
    begin_ns = START + round(begin * SECOND)
    end_ns = begin_ns + 1 if end is None else START + round(end * SECOND)
    return Fault(begin_ns, end_ns, kind, device, **more)  # type: ignore[arg-type]


def floor_of(
    plant: ScriptedPlant,
    clock: ManualClock,
    *faults: Fault,
    bases: dict[tuple[str, str], float] | None = None,
) -> Floor:
    return Floor(plant, clock, Schedule(faults), CODES, bases)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for a condition with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it may be about a file, a thread or another process
            await asyncio.sleep(0.01)
