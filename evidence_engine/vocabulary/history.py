"""What the engine is given: the columns of every series, the facts announced about them, and the snapshot's name."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import PlanEntry
from evidence_engine.vocabulary.samples import NO_SAMPLES, Samples

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Before:
    """What is left of the rows of one series that came before its columns.

    codes: the limitations that they brought · unmapped: their values without a meaning (D26) · opens: until when nothing
    of a counter was counted, None where it is none · below: whether a power, or the rejects of two counters, were ever
    below nothing.
    """

    codes: frozenset[str] = frozenset()
    unmapped: frozenset[str] = frozenset()
    opens: int | None = None
    below: bool = False


NOTHING_BEFORE = Before()


@dataclass(frozen=True, slots=True)
class Past:
    """What columns that begin late have to be told of what came before them, since no later row tells it.

    settled: they stand for the whole as long as no row comes at or before it · start: the first instant of all that was
    collected · import_end: the last row that came without a link (D5) · series: by name.
    """

    settled: int
    start: int
    import_end: int
    series: Mapping[str, Before]


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was collected, read-only; with a `past` only the columns of late.

    series: by name (`CNC-01/state`, `@cell-a/link`, …) · facts: per connection the announcements in order of time,
    (instant from which they hold, facts); a series without any is read as D29 says · plan: production plan entries ·
    snapshot: names the version of the store (D7) · papers: orders, attendance, inspections, work orders ·
    past: what is left of the rows before the columns, None where the columns are all there is.
    """

    series: Mapping[str, Samples]
    facts: Mapping[str, Sequence[tuple[int, ConnectionFacts]]] = field(default_factory=dict)
    plan: Sequence[PlanEntry] = ()
    snapshot: str = ""
    papers: Papers = field(default_factory=Papers)
    past: Past | None = None
    _kept: dict[Hashable, tuple[object, object]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, name: Hashable, work: Callable[[], T], by: object = None) -> T:
        """What follows from this history, and from this very object `by`: worked out when first asked for, and kept.

        It is kept as long as the history is; a copy by `replace` begins with nothing.
        """
        key = (name, id(by))
        if key not in self._kept:
            self._kept[key] = (by, work())  # by stays alive, so that no other object gets its id
        return cast("T", self._kept[key][1])

    def of(self, series: str) -> Samples:
        """The samples of a series, none where there is no such series."""
        return self.series.get(series, NO_SAMPLES)

    def before(self, series: str) -> Before:
        """What is left of the rows of a series before its columns."""
        return NOTHING_BEFORE if self.past is None else self.past.series.get(series, NOTHING_BEFORE)

    @property
    def start(self) -> int | None:
        """The first instant that was ever collected, None where nothing was."""
        return self.since if self.past is None else self.past.start

    @property
    def since(self) -> int | None:
        """The first sample's instant in these columns."""
        return min((int(s.ts[0]) for s in self.series.values() if len(s)), default=None)

    @property
    def end(self) -> int | None:
        """The last sample's instant, None where nothing was collected."""
        return max((int(s.ts[-1]) for s in self.series.values() if len(s)), default=None)
