"""Which inputs a record names: the series that its figure rests on, the links and facts these hang on, with digests (D7)."""

from typing import NamedTuple

from evidence_engine.evidence.digest import Digests
from evidence_engine.evidence.record import Input
from evidence_engine.kpis.inputs import Hanging, Needed, hanging_of, protocols_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.window import Window


class Inputs(NamedTuple):
    """Inputs by name · whether one has nothing after the window's end yet · what is assumed of their links."""

    inputs: tuple[Input, ...]
    is_late: bool
    assumed: frozenset[str]


class Sources:
    """Where the series of one history come from."""

    def __init__(self, history: History, plant: Plant, digests: Digests) -> None:
        self.history, self.digests = history, digests
        self._plant, self._protocols = plant, dict(protocols_of(history, plant))
        self._hanging: dict[str, list[Hanging]] = {}

    def hanging(self, series: str) -> list[Hanging]:
        """The connections of a series over time."""
        if series not in self._hanging:
            self._hanging[series] = hanging_of(self.history, self._plant, series)
        return self._hanging[series]

    def assumed(self, connection: str) -> frozenset[str]:
        """What is assumed of a connection."""
        is_opcua = self._protocols.get(connection) == "opcua"
        return frozenset({"assumes_subscription"} if is_opcua else ())


class _Read(NamedTuple):
    """What one need of a series leads to."""

    names: frozenset[str]
    is_late: bool
    assumed: frozenset[str]


class NamedInputs:
    """The inputs of all records of one window: each series is looked at once, each set of needs put together once."""

    def __init__(self, sources: Sources, window: Window) -> None:
        self._sources, self._start, self._end = sources, window.start, window.end
        self._reads: dict[Needed, _Read] = {}
        self._found: dict[frozenset[Needed], Inputs] = {}

    def of(self, needed: frozenset[Needed]) -> Inputs:
        """The inputs of a record that rests on these."""
        if needed not in self._found:
            self._found[needed] = self._put_together([self._read(one) for one in needed])
        return self._found[needed]

    def _put_together(self, reads: list[_Read]) -> Inputs:
        names = sorted(frozenset().union(*(read.names for read in reads)))
        inputs = tuple(given for name in names if (given := self._input(name)) is not None)
        assumed = frozenset().union(*(read.assumed for read in reads))
        return Inputs(inputs, any(read.is_late for read in reads), assumed)

    def _input(self, name: str) -> Input | None:
        return self._sources.digests.input(name, self._start, self._end)

    def _read(self, one: Needed) -> _Read:
        if one not in self._reads:
            self._reads[one] = self._look(one)
        return self._reads[one]

    def _look(self, one: Needed) -> _Read:
        until = min(self._end, one.end)
        names, assumed, is_late = {one.series}, frozenset[str](), self._ends_before(one.series, until)
        for hanging in self._sources.hanging(one.series):
            if hanging.start < self._end and hanging.end > self._start:
                link = series_name(f"@{hanging.connection}", "link")
                names |= {link, series_name(f"@{hanging.connection}", "facts")}
                is_late |= hanging.end >= until and self._ends_before(link, until)
                assumed |= self._sources.assumed(hanging.connection)
        return _Read(frozenset(names), is_late, assumed)

    def _ends_before(self, name: str, until: int) -> bool:
        """Whether a series that the record names has nothing from `until` on yet."""
        return self._input(name) is not None and int(self._sources.history.of(name).ts[-1]) < until
