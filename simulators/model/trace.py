"""Traces: the true, piecewise constant value of each signal over plant time."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Protocol

Value = float | str


class Trace(Protocol):
    """What a wire may ask of a signal: instants are plant time in UTC ns, strictly rising."""

    @property
    def ts(self) -> list[int]: ...

    @property
    def value(self) -> list[Value]: ...

    def at(self, ts_ns: int) -> Value:
        """The value that holds at `ts_ns` (before the first entry: the first value)."""

    def since(self, index: int) -> list[tuple[int, Value]]:
        """The entries from position `index` on; the next call asks from index + len(answer)."""

    def __len__(self) -> int: ...


class Steps:
    """A signal that is written down at each change."""

    __slots__ = ("ts", "value")

    def __init__(self) -> None:
        self.ts: list[int] = []
        self.value: list[Value] = []

    def __len__(self) -> int:
        return len(self.ts)

    def put(self, ts_ns: int, value: Value) -> None:
        """Appends a change; a value that already holds adds nothing, one at the same instant replaces."""
        if self.ts and self.ts[-1] == ts_ns:
            self.value[-1] = value
        elif not self.value or self.value[-1] != value:
            self.ts.append(ts_ns)
            self.value.append(value)

    def at(self, ts_ns: int) -> Value:
        return self.value[max(0, bisect_right(self.ts, ts_ns) - 1)]

    def since(self, index: int) -> list[tuple[int, Value]]:
        return list(zip(self.ts[index:], self.value[index:], strict=True))


class Flow:
    """An integer rate over time with its exact integral: W and W·ns, mL/s and mL/s·ns."""

    __slots__ = ("rate", "total", "ts")

    def __init__(self) -> None:
        self.ts: list[int] = []
        self.rate: list[int] = []
        self.total: list[int] = []

    def put(self, ts_ns: int, rate: int) -> None:
        """The rate from `ts_ns` on."""
        if self.ts and self.ts[-1] == ts_ns:
            self.rate[-1] = rate
            return
        if self.rate and self.rate[-1] == rate:
            return
        grown = self.total[-1] + self.rate[-1] * (ts_ns - self.ts[-1]) if self.ts else 0
        self.ts.append(ts_ns)
        self.rate.append(rate)
        self.total.append(grown)

    def rate_at(self, ts_ns: int) -> int:
        return self.rate[max(0, bisect_right(self.ts, ts_ns) - 1)]

    def integral(self, ts_ns: int) -> int:
        """What has flowed from the beginning until `ts_ns`, exact."""
        at = bisect_right(self.ts, ts_ns) - 1
        if at < 0:
            return 0
        return self.total[at] + self.rate[at] * (ts_ns - self.ts[at])


class Register:
    """A meter register: shows whole multiples of its step, known exactly at any instant.

    `ts` and `value` hold what a device that reports at most each `report_ns` would have reported; they are
    worked out when somebody asks, since most registers are polled and nobody looks at them.
    """

    def __init__(
        self, flow: Flow, start: int, step: int, per_unit: int, now: Callable[[], int], report_ns: int
    ) -> None:
        """`start`: first reading in steps; `step`: integral per step; `per_unit`: steps per unit (100 for 0.01)."""
        self._flow, self._start, self._step, self._per_unit = flow, start, step, per_unit
        self._now, self._report_ns = now, report_ns
        self._ts: list[int] = []
        self._value: list[Value] = []
        self._next = 0

    def at(self, ts_ns: int) -> Value:
        return (self._start + self._flow.integral(ts_ns) // self._step) / self._per_unit

    @property
    def ts(self) -> list[int]:
        self._write_reports()
        return self._ts

    @property
    def value(self) -> list[Value]:
        self._write_reports()
        return self._value

    def __len__(self) -> int:
        self._write_reports()
        return len(self._ts)

    def since(self, index: int) -> list[tuple[int, Value]]:
        self._write_reports()
        return list(zip(self._ts[index:], self._value[index:], strict=True))

    def _write_reports(self) -> None:
        first, now = self._flow.ts[0], self._now()
        if not self._ts:
            self._ts, self._value = [first], [self.at(first)]
            self._next = first - first % self._report_ns + self._report_ns
        while self._next <= now:
            shown = self.at(self._next)
            if shown != self._value[-1]:
                self._ts.append(self._next)
                self._value.append(shown)
            self._next += self._report_ns


class BlockMean:
    """A meter's power display: the mean of the last whole block, so that no level is shorter than a block."""

    def __init__(
        self, flow: Flow, block_ns: int, quantum: int, per_unit: int, now: Callable[[], int]
    ) -> None:
        self._flow, self._block_ns, self._quantum, self._per_unit = flow, block_ns, quantum, per_unit
        self._now = now
        self._steps = Steps()
        self._next = 0

    def at(self, ts_ns: int) -> Value:
        first, block = self._flow.ts[0], self._block_ns
        end = ts_ns - ts_ns % block
        if end - block < first:
            return self._shown(self._flow.rate[0])
        return self._shown((self._flow.integral(end) - self._flow.integral(end - block)) // block)

    def _shown(self, rate: int) -> float:
        return rate // self._quantum * self._quantum / self._per_unit

    @property
    def ts(self) -> list[int]:
        return self._written().ts

    @property
    def value(self) -> list[Value]:
        return self._written().value

    def __len__(self) -> int:
        return len(self._written())

    def since(self, index: int) -> list[tuple[int, Value]]:
        return self._written().since(index)

    def _written(self) -> Steps:
        first, now = self._flow.ts[0], self._now()
        if not self._steps.ts:
            self._steps.put(first, self.at(first))
            self._next = first - first % self._block_ns + self._block_ns
        while self._next <= now:
            self._steps.put(self._next, self.at(self._next))
            self._next += self._block_ns
        return self._steps
