"""One machine's true history, laid out so that any window can be summed in whole numbers."""

from bisect import bisect_left, bisect_right
from itertools import accumulate

from simulators.model.calendar import Interval
from simulators.model.machine import Machine
from simulators.model.powered import Powered
from simulators.model.trace import Steps
from simulators.truth.windows import Window

Stay = tuple[int, int, str]


class Stays:
    """The stays of a machine in its states, in order, until `until_ns`."""

    def __init__(self, machine: Powered, until_ns: int) -> None:
        begins = machine.category.ts
        ends = [*begins[1:], max(until_ns, begins[-1])]
        self._begins, self._ends = begins, ends
        self._states = [str(state) for state in machine.category.value]
        self._time: dict[Interval, dict[str, int]] = {}

    def between(self, begin: int, end: int) -> list[Stay]:
        """Whole stays that touch `[begin, end)`."""
        first, last = bisect_right(self._ends, begin), bisect_left(self._begins, end)
        return list(
            zip(self._begins[first:last], self._ends[first:last], self._states[first:last], strict=True)
        )

    def calendar_ns(self, window: Window) -> dict[str, int]:
        """Time per state inside the window's calendar."""
        edges = (window.begin, window.end)
        if edges not in self._time:
            found: dict[str, int] = {}
            for begin, end, state in self.between(*edges):
                found[state] = found.get(state, 0) + window.inside(begin, end)
            self._time[edges] = found
        return self._time[edges]

    def parts(self, window: Window, wanted: str) -> list[Interval]:
        """When the machine was in a state, inside the window's calendar."""
        stays = [
            (begin, end) for begin, end, state in self.between(window.begin, window.end) if state == wanted
        ]
        both = ((max(a, c), min(b, d)) for a, b in stays for c, d in window.working)
        return [(a, b) for a, b in both if a < b]


class Pieces:
    """Completions of one kind (total, good or reject), each with the ideal cycle of its product."""

    def __init__(self, machine: Machine, count: Steps) -> None:
        self.ts = count.ts[1:]  # the first entry is the 0 at the beginning
        ideal = machine.spec.ideal_ns
        cycles = (ideal[str(machine.product.at(ts - 1))] for ts in self.ts)
        self._earned = [0, *accumulate(cycles)]

    def count(self, begin: int, end: int) -> int:
        """Pieces finished in `(begin, end]` (D10)."""
        return bisect_right(self.ts, end) - bisect_right(self.ts, begin)

    def in_calendar(self, window: Window) -> int:
        return sum(self.count(a, b) for a, b in window.working)

    def earned_ns(self, window: Window) -> int:
        """Σ ideal cycle × pieces inside the calendar."""
        edges = ((bisect_right(self.ts, a), bisect_right(self.ts, b)) for a, b in window.working)
        return sum(self._earned[last] - self._earned[first] for first, last in edges)


class MachineHistory:
    """A production machine: its stays and its three kinds of pieces."""

    def __init__(self, machine: Machine, until_ns: int) -> None:
        self.machine = machine
        self.stays = Stays(machine, until_ns)
        self.total = Pieces(machine, machine.total)
        self.good = Pieces(machine, machine.good)
        self.reject = Pieces(machine, machine.reject)
