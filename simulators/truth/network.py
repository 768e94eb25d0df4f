"""The true networking rate: which production machines could be reached for 95 % of their calendar (D24)."""

from collections.abc import Iterator, Mapping, Sequence

from simulators.model.calendar import Interval
from simulators.model.parts import SECOND, Station
from simulators.truth.kpis import Figure, defined
from simulators.truth.windows import Window

Reachable = Mapping[str, Sequence[Interval]]
LEAST_PERCENT = 95
SHORT_CUT_NS = 75 * SECOND


def joined(before: Reachable, live: Reachable, live_from_ns: int, until_ns: int) -> dict[str, list[Interval]]:
    """History and live run as one: per device of either, when it could be reached until `until_ns`.

    A device that the live run does not name counts as reachable from `live_from_ns` on.
    """
    throughout = [(live_from_ns, until_ns)]
    names = {**before, **live}
    return {name: merged([*before.get(name, ()), *live.get(name, throughout)]) for name in names}


def merged(intervals: Sequence[Interval], gap_ns: int = 0) -> list[Interval]:
    """Sorted, with neighbours that are at most `gap_ns` apart made one."""
    found: list[Interval] = []
    for begin, end in sorted(intervals):
        if found and begin - found[-1][1] <= gap_ns:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def up_intervals(station: Station, reachable: Reachable) -> list[Interval]:
    """When all the station's devices were reachable together; cuts shorter than 75 s are not counted.

    They may be named as devices or by the link; a station of which none is named was never reachable.
    """
    names = {*station.devices, station.link}
    known = [merged(reachable[name], SHORT_CUT_NS - 1) for name in sorted(names) if name in reachable]
    if not known:
        return []
    up = known[0]
    for other in known[1:]:
        up = [(max(a, c), min(b, d)) for a, b in up for c, d in other if max(a, c) < min(b, d)]
    return up


def is_connected(up: Sequence[Interval], window: Window) -> bool:
    """At least 95 % of the calendar in the window; without calendar time: no."""
    calendar = window.calendar_ns
    return calendar > 0 and 100 * sum(window.inside(a, b) for a, b in up) >= LEAST_PERCENT * calendar


def networking_rate(stations: Sequence[Station], reachable: Reachable, window: Window) -> float | None:
    """Connected ÷ all of the stations."""
    if not stations:
        return None
    up = [up_intervals(station, reachable) for station in stations]
    return sum(is_connected(each, window) for each in up) / len(stations)


def networking_rates(stations: Sequence[Station], reachable: Reachable, window: Window) -> Iterator[Figure]:
    """Of all registered production machines, and of those that have a wire at all: the digitised ones."""
    digitised = [station for station in stations if station.link]
    return defined(
        [
            ("network.networking_rate", networking_rate(stations, reachable, window)),
            ("network.networking_rate_digitised", networking_rate(digitised, reachable, window)),
        ]
    )
