"""Signals: what a device shows of one true trace, with the faults that bend the reading but never the truth."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from simulators.faults import Fault, FaultError, Schedule

Value = float | str


class Trace(Protocol):
    """The part of a model's trace that a wire needs: the value at an instant, and the changes one by one."""

    @property
    def ts(self) -> list[int]: ...

    def at(self, ts_ns: int, /) -> Value: ...

    def since(self, index: int, /) -> list[tuple[int, Value]]: ...

    def __len__(self) -> int: ...


class PlantModel(Protocol):
    """The part of the plant that the wires need."""

    def advance(self, until_ns: int, /) -> None: ...

    def signals(self) -> tuple[tuple[str, str], ...]: ...

    def trace(self, asset: str, role: str, /) -> Trace: ...


@dataclass(frozen=True)
class Report:
    """A reading with its plant time; `value` None is a reading of bad quality."""

    ts: int
    value: Value | None


class Signal:
    """One signal of one device. `modulus`: raw count at which the shown counter starts again (0: never);

    `base`: the true count at which it last started from 0, before the faults of the schedule.
    """

    def __init__(
        self, trace: Trace, asset: str, role: str, devices: Iterable[str], schedule: Schedule,
        modulus: int = 0, per_unit: int = 1, base: float = 0.0,
    ) -> None:  # fmt: skip
        self.asset, self.role = asset, role
        self._trace = trace
        self._modulus, self._per_unit, self._base = modulus, per_unit, base
        names = tuple(devices)

        def found(kind: str) -> tuple[Fault, ...]:
            return schedule.on_signal(kind, names, asset, role)

        self._bad, self._frozen = found("bad_quality"), found("frozen_value")
        self._rebased = tuple(sorted(found("counter_reset") + found("rollover")))
        for fault in self._rebased:
            if fault.kind == "rollover" and not modulus:
                raise FaultError(
                    f"{fault.place}: signal: {asset}/{role} has no modulus on the wire, so it cannot roll over"
                )

    def shown(self, ts_ns: int) -> Value:
        """The value on the display at an instant; quality aside."""
        value = self._trace.at(ts_ns)
        return value if isinstance(value, str) else self._bent(value, ts_ns)

    def read(self, ts_ns: int) -> Report:
        """What a read answers: the truth of this instant, stamped with the last change, or bad."""
        if self._within(self._bad, ts_ns):
            return Report(max(f.from_ns for f in self._bad if f.active(ts_ns)), None)
        value = self.shown(ts_ns)
        since = self._held_since(ts_ns)
        return Report(since if self.shown(since) == value else ts_ns, value)

    def is_bad(self, ts_ns: int) -> bool:
        return self._within(self._bad, ts_ns)

    def is_frozen(self, ts_ns: int) -> bool:
        return self._within(self._frozen, ts_ns)

    def border_instants(self, after_ns: int, until_ns: int) -> list[int]:
        """Instants in (after, until] at which a fault changes the shown value or its quality."""
        found = {f.from_ns for f in self._rebased + self._bad}
        found |= {f.until_ns for f in self._bad + self._frozen}
        return sorted(ts for ts in found if after_ns < ts <= until_ns)

    def changes(self, index: int) -> list[tuple[int, Value]]:
        return self._trace.since(index)

    def length(self) -> int:
        return len(self._trace)

    def _held_since(self, ts_ns: int) -> int:
        stamps = self._trace.ts
        place = bisect_right(stamps, ts_ns) - 1
        since = stamps[place] if place >= 0 else ts_ns
        borders = [f.from_ns for f in self._rebased] + [f.until_ns for f in self._bad]
        return max([since, *(b for b in borders if b <= ts_ns)])

    def _bent(self, value: float, ts_ns: int) -> float:
        """Resets and roll-overs in order: each restates what the counter shows at its instant."""
        if not (self._rebased or self._modulus or self._base):
            return value
        base = -self._base
        for fault in self._rebased:
            if fault.from_ns <= ts_ns:
                base = self._stood_at(fault) - float(self._trace.at(fault.from_ns))
        raw = round((value + base) * self._per_unit)
        return (raw % self._modulus if self._modulus else raw) / self._per_unit

    def _stood_at(self, fault: Fault) -> float:
        if fault.kind == "counter_reset":
            return 0.0
        return (self._modulus - 1 - fault.by) / self._per_unit

    @staticmethod
    def _within(faults: tuple[Fault, ...], ts_ns: int) -> bool:
        return any(f.active(ts_ns) for f in faults)


class Reporter:
    """The stream of reports of a signal for protocols that send on change: each change once, with its instant."""

    def __init__(self, signal: Signal, from_ns: int) -> None:
        """Changes after `from_ns` will be reported; what holds then is for the first read or birth."""
        self.signal = signal
        self._done = from_ns
        self._index = signal.length()

    def take(self, until_ns: int) -> list[Report]:
        """What has to be reported of (last call, until], in order of time."""
        news = self.signal.changes(self._index)
        self._index += len(news)
        borders = self.signal.border_instants(self._done, until_ns)
        instants = {ts for ts, _ in news if ts > self._done} | set(borders)
        self._done = until_ns
        return [
            self._report(ts, ts in borders) for ts in sorted(instants) if self._is_sent(ts, ts in borders)
        ]

    def read(self) -> Report:
        """What a read answers: the state as of the last `take`, so that no later report is older than it."""
        return self.signal.read(self._done)

    def _is_sent(self, ts: int, is_border: bool) -> bool:
        if self.signal.is_frozen(ts):
            return False
        return is_border or not self.signal.is_bad(ts)

    def _report(self, ts: int, is_border: bool) -> Report:
        if not is_border:
            return Report(ts, self.signal.shown(ts))
        return self.signal.read(ts)
