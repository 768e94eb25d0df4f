"""A state out of several tags by a table in the config; the raw tags are kept too (D26).

Where any of its tags is unknown, so is the state. Values that one reading brought are taken together: between two
registers of one answer there is no state of the machine.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.base import TagConfig
from edge_agent.rows import Rows
from edge_agent.sampler import NEVER, Change
from evidence_engine.vocabulary.roles import did_you_mean, series_name
from evidence_engine.vocabulary.samples import BAD, GOOD

Shown = float | str
REMEMBERED = 256
"""Rows of a state that can still be taken back when one of its tags is told late."""


class Case(BaseModel):
    """One row of the table: where all of `when` hold, the state is `then`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    when: dict[str, float | int | str] = Field(min_length=1)
    """Role of a tag of the same asset → its value (after scaling)."""
    then: int


class StateTable(BaseModel):
    """`<asset>/state` from other tags of the asset; the first case that fits."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    asset: str = Field(min_length=1)
    table: list[Case] = Field(min_length=1)
    otherwise: int | None = None
    """The state where no case fits; unknown unless told."""

    @field_validator("table")
    @classmethod
    def _never_of_itself(cls, table: list[Case]) -> list[Case]:
        if any("state" in case.when for case in table):
            raise ValueError("'state' cannot be made of itself; give its raw tag another role, as x_code")
        return table

    def roles(self) -> list[str]:
        """Of all tags that it needs."""
        return sorted({role for case in self.table for role in case.when})

    def sources(self, tags: Sequence[TagConfig]) -> list[int]:
        """Their places among a connection's tags; ValueError where one is missing."""
        mine = {tag.role: i for i, tag in enumerate(tags) if tag.asset == self.asset}
        for role in self.roles():
            if role not in mine:
                raise ValueError(
                    f"states.{self.asset}: no tag '{self.asset}/{role}'{did_you_mean(role, mine)}"
                )
        return [mine[role] for role in self.roles()]


class Derived:
    """One such state at work: fed with the changes of its tags, it writes its own rows."""

    def __init__(
        self, table: StateTable, sources: Mapping[int, str], series: int, rows: Rows, keyframe: int
    ) -> None:
        self._table, self._sources, self._series, self._rows, self._keyframe = (
            table,
            sources,
            series,
            rows,
            keyframe,
        )
        self._now: dict[str, tuple[Shown, int]] = {}
        self._at: dict[str, int] = {}  # when each of them said it
        self._told: deque[int] = deque(maxlen=REMEMBERED)
        self._last, self._due = NEVER, NEVER
        self._state: tuple[float, int] | None = None

    @property
    def sources(self) -> Mapping[int, str]:
        """Tag → role."""
        return self._sources

    def forget(self) -> None:
        """A new stretch: unknown until each of its tags has spoken."""
        self._now, self._at, self._state, self._due = {}, {}, None, NEVER

    def forget_time(self) -> None:
        """The wall clock was set."""
        self._last, self._at = NEVER, {}
        self._told.clear()

    def take(self, changes: Sequence[Change]) -> None:
        """Rows of its tags, in any order; those of one instant count together."""
        mine = sorted(
            (change for change in changes if change.tag in self._sources), key=lambda change: change.ts
        )
        for place, change in enumerate(mine):
            shown = change.text if change.text is not None else change.value
            role, said = self._sources[change.tag], (shown, change.quality)
            is_past = change.ts < self._at.get(role, NEVER)
            if change.ts < self._last and not is_past and self._now.get(role) == said:
                continue  # the last good look, stated late: nothing new
            if not is_past:
                self._now[role], self._at[role] = said, change.ts
            if is_past or change.ts < self._last:
                self._void(change.ts)
            elif place + 1 == len(mine) or mine[place + 1].ts > change.ts:
                self._say(change.ts)

    def _void(self, ts: int) -> None:
        """Told late: the states from `ts` on were made without it and are not known; what holds now goes behind them."""
        if self._last == NEVER:
            return
        for at in (ts, *(at for at in self._told if at > ts)):
            self._rows.add(self._series, at, math.nan, None, BAD)
        self._state = None
        self._say(max(self._last, *self._at.values()) + 1)

    def _say(self, ts: int) -> None:
        if len(self._now) < len(self._sources):
            return
        state = self._reckon()
        if state != self._state or ts >= self._due:
            value, quality = state
            self._rows.add(self._series, ts, math.nan if quality == BAD else value, None, quality)
            self._state, self._last = state, ts
            self._told.append(ts)
            self._due = (ts // self._keyframe + 1) * self._keyframe

    def _reckon(self) -> tuple[float, int]:
        worst = max(quality for _, quality in self._now.values())
        if worst >= BAD:
            return 0.0, BAD
        for case in self._table.table:
            if all(self._now[role][0] == wanted for role, wanted in case.when.items()):
                return float(case.then), worst
        if self._table.otherwise is None:
            return 0.0, BAD
        return float(self._table.otherwise), max(worst, GOOD)


class States:
    """All states of one line that are made of several tags."""

    def __init__(
        self, tables: Iterable[StateTable], tags: Sequence[TagConfig], rows: Rows, keyframe: int
    ) -> None:
        self._all = []
        for table in tables:
            sources = {i: tags[i].role for i in table.sources(tags)}
            series = rows.number(series_name(table.asset, "state"))
            self._all.append(Derived(table, sources, series, rows, keyframe))

    def sources(self) -> set[int]:
        """Every tag that one of them needs."""
        return {i for derived in self._all for i in derived.sources}

    def begin(self, tags: Iterable[int]) -> None:
        """A new stretch of these tags."""
        mine = set(tags)
        for derived in self._all:
            if derived.sources.keys() & mine:
                derived.forget()

    def forget_time(self) -> None:
        """The wall clock was set."""
        for derived in self._all:
            derived.forget_time()

    def take(self, changes: list[Change]) -> None:
        """What their tags say; `changes` is empty afterwards."""
        if changes:
            for derived in self._all:
                derived.take(changes)
            changes.clear()
