"""Facts of an asset that changed: what they were before, and until when (D8).

In the plant file such a fact is a list, each entry but the first with the instant or local date from which it holds:

    rated_power: [{value: 22}, {valid_from: "2026-06-01", value: 25}]
    ideal_cycle: [{P1: 90}, {valid_from: "2026-06-01", P1: 80}]

What stands last is the asset's own attribute; what was before goes into its `earlier`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.written import WrittenModel

T = TypeVar("T")

DATED = ("ideal_cycle", "rated_power", "calendar", "key")
"""The facts that may be lists."""

_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Before(WrittenModel, Generic[T]):
    """What a fact was up to an instant or local date of plant time."""

    until: str
    value: T


class EarlierFacts(WrittenModel):
    """Each fact's former values, ascending."""

    ideal_cycle: list[Before[dict[str, _Positive]]] = Field(default_factory=list)
    rated_power: list[Before[_Positive | None]] = Field(default_factory=list)
    calendar: list[Before[str | None]] = Field(default_factory=list)
    key: list[Before[bool]] = Field(default_factory=list)

    def instants(self, zone: ZoneInfo) -> list[int]:
        """When something else than the calendar changed, ascending. ValueError names a time that is none."""
        lists: tuple[Sequence[Before[Any]], ...] = (self.ideal_cycle, self.rated_power, self.key)
        return sorted({parse_instant(one.until, zone) for dated in lists for one in dated})

    def problems(self, place: str, zone: ZoneInfo) -> list[str]:
        """One sentence per fact whose times can't be read or don't ascend."""
        found = []
        for name in DATED:
            try:
                times = [parse_instant(one.until, zone) for one in getattr(self, name)]
            except ValueError as error:
                found.append(f"{place}.{name}.valid_from: {error}")
                continue
            if times != sorted(set(times)):
                found.append(f"{place}.{name}: each valid_from must come after the one before it")
        return found


def values_in(
    before: Sequence[Before[T]], latest: T, zone: ZoneInfo, start: int, end: int
) -> list[tuple[int, T]]:
    """What held at some time in [start, end), each with the instant from which it did (at least `start`)."""
    found: list[tuple[int, T]] = []
    at = start
    for one in before:
        until = parse_instant(one.until, zone)
        if until > at:
            found.append((at, one.value))
            at = until
        if at >= end:
            return found
    return [*found, (at, latest)]


def with_lists_read(raw: Any) -> Any:
    """An asset as it is written, its lists turned into what holds last and what was before. ValueError says what is wrong."""
    if not isinstance(raw, Mapping):
        return raw
    lists = {name: raw[name] for name in DATED if isinstance(raw.get(name), list)}
    if not lists:
        return raw
    if "earlier" in raw:
        raise ValueError(f"got both 'earlier' and a list in {next(iter(lists))}")
    read = {name: _read_list(name, entries) for name, entries in lists.items()}
    latest = {name: values[-1][1] for name, values in read.items()}
    return {**raw, **latest, "earlier": {name: _before(values) for name, values in read.items()}}


def _before(values: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{"until": values[row + 1][0], "value": value} for row, (_, value) in enumerate(values[:-1])]


def _read_list(name: str, entries: list[Any]) -> list[tuple[str, Any]]:
    if not entries:
        raise ValueError(f"{name}: the list is empty")
    return [_read_entry(name, row, entry) for row, entry in enumerate(entries)]


def _read_entry(name: str, row: int, entry: Any) -> tuple[str, Any]:
    """(valid_from, value); cycles stand in the entry itself, any other value under `value`."""
    if not isinstance(entry, Mapping):
        raise ValueError(f"{name}: entry {row + 1}: expected {{valid_from: …, value: …}}, got {entry!r}")
    rest = dict(entry)
    since = rest.pop("valid_from", None)
    if (since is None) != (row == 0):
        what = "is the first and has no valid_from" if row == 0 else "needs a valid_from"
        raise ValueError(f"{name}: entry {row + 1} {what}")
    if since is not None and not isinstance(since, str):
        raise ValueError(f'{name}: entry {row + 1}: valid_from needs quotes, as "2026-06-01"')
    if name == "ideal_cycle":
        return since or "", rest
    if set(rest) != {"value"}:
        raise ValueError(f"{name}: entry {row + 1}: expected the key value, got {', '.join(rest) or 'none'}")
    return since or "", rest["value"]
