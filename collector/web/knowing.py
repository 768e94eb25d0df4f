"""A small memory of what the knowledge room answered, so that ten open pages ask it once per version."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from collector.web import lanes
from collector.web.lanes import Bars, Line, Pieces, Spans
from collector.web.ondemand import OnDemand
from evidence_engine.kpis.losses.spans import View as Window
from evidence_engine.kpis.losses.stops import Stop, stops_of_window
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.kpis.timeline import calendar_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import Plant

T = TypeVar("T")

Axis = tuple[int, int]
Json = dict[str, Any]

SHOWN_KEPT = 5000

LOOK_BACK = 12 * HOUR
"""How far before an axis a stop is looked for that goes on in it."""


@dataclass
class Knowing:
    """Answers for one moment of the history; a new one forgets them all."""

    moment: tuple[int, int] = (-1, -1)
    """(version, plant time in steps): time alone makes what is unproven grow."""
    history: History = field(default_factory=lambda: History({}))
    ondemand: OnDemand = field(default_factory=OnDemand)
    _found: dict[tuple[object, ...], object] = field(default_factory=dict)
    _shown: OrderedDict[str, Json] = field(default_factory=OrderedDict)

    def at(self, moment: tuple[int, int], history: Callable[[], History]) -> None:
        """Look at this moment from here on."""
        if moment != self.moment:
            self.moment, self.history, self._found = moment, history(), {}

    def remember(self, record: Json) -> None:
        """Keep a record that a page showed: an open window's is replaced every second, its link must still lead
        to what the reader saw."""
        self._shown[record["id"]] = record
        self._shown.move_to_end(record["id"])
        if len(self._shown) > SHOWN_KEPT:
            self._shown.popitem(last=False)

    def remembered(self, identity: str) -> Json | None:
        """A record that some page showed a while ago."""
        return self._shown.get(identity)

    def states(self, plant: Plant, asset: str, axis: Axis, until: int) -> Bars:
        """An asset's states inside its calendar; what is unproven up to `until` is unknown."""
        whole = self._once(
            ("states", asset, axis),
            lambda: lanes.state_bars(self._cut(axis), plant, asset, axis, until),
        )
        return lanes.within(whole, self.calendar(plant, asset, axis))

    def now(self, plant: Plant, asset: str, now: int, grace: int) -> tuple[str, int]:
        """(state word, since) as it stands now: the last proven state no older than `grace`, else unknown since then.
        Looks back twelve hours; a state that began earlier is told as since then."""
        axis = (now - 12 * HOUR, now)
        bars = self._once(("now", asset), lambda: lanes.state_bars(self._cut(axis), plant, asset, axis, now))
        return standing(bars, grace)

    def calendar(self, plant: Plant, asset: str, axis: Axis) -> Spans:
        """The asset's calendar time on the axis."""
        return self._once(("calendar", asset, axis), lambda: lanes.calendar_spans(plant, asset, *axis))

    def link(self, plant: Plant, connection: str, axis: Axis, until: int) -> Bars:
        """A link over the axis."""
        return self._once(
            ("link", connection, axis),
            lambda: lanes.link_bars(self._cut(axis), plant, connection, axis, until),
        )

    def power(self, plant: Plant, asset: str, axis: Axis, until: int) -> Line:
        """Active power over the axis."""
        return self._once(
            ("power", asset, axis), lambda: lanes.power_line(self._cut(axis), plant, asset, axis, until)
        )

    def pieces(self, plant: Plant, asset: str, role: str, axis: Axis, until: int) -> Pieces:
        """What a counter made over the axis."""
        return self._once(
            ("pieces", asset, role, axis),
            lambda: lanes.piece_columns(self._cut(axis), plant, asset, role, axis, until),
        )

    def has_states(self, asset: str) -> bool:
        """Whether the asset ever told a state."""
        return lanes.has_series(self.history, asset, "state")

    def stops(self, plant: Plant, asset: str, axis: Axis) -> list[Stop]:
        """Its stops on the axis; one that began more than twelve hours before is told as since then."""
        return self._once(("stops", asset, axis), lambda: self._stops(plant, asset, axis))

    def _stops(self, plant: Plant, asset: str, axis: Axis) -> list[Stop]:
        start, end = axis[0] - LOOK_BACK, axis[1] + HOUR
        spans = lanes.calendar_spans(plant, asset, start, end)
        calendar = calendar_of(np.array(spans, np.int64).reshape(-1, 2))
        of = AssetKnowledge(plant, lanes.cut(self.history, start, axis[1]), asset)
        return stops_of_window(of, Window(calendar, *axis))

    def connections(self, plant: Plant, asset: str) -> list[str]:
        """The connections that an asset's series hang on."""
        return self._once(("connections", asset), lambda: lanes.connections_of(self.history, plant, asset))

    def _cut(self, axis: Axis) -> History:
        return self._once(("cut", axis), lambda: lanes.cut(self.history, *axis))

    def _once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        found = self._found  # another moment puts a new one in its place
        if key not in found:
            found[key] = make()
        return found[key]  # type: ignore[return-value]  # each key is only ever filled by one kind of answer


def standing(bars: Bars, grace: int) -> tuple[str, int]:
    """The state at the bars' end and since when; a tail of unknown no longer than `grace` is the way of the data."""
    order = sorted(((a, b, word) for word, spans in bars.by_state.items() for a, b in spans))
    if not order:
        return lanes.UNKNOWN_WORD, bars.start
    start, end, word = order[-1]
    if word == lanes.UNKNOWN_WORD and end - start <= grace and len(order) > 1:
        start, _, word = order[-2]
    return word, start
