"""The rows of one series of the history: each change, a keyframe every five minutes, a first value per connect."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from simulators.history.damage import Damage
from simulators.model.calendar import Interval
from simulators.model.parts import MINUTE, SECOND
from simulators.model.plant import Plant
from simulators.model.spec import PlantSpec
from simulators.model.trace import Register, Value

KEYFRAME_NS = 5 * MINUTE
HEARTBEAT_NS = MINUTE
REGISTER_NS = MINUTE  # on whole minutes, so that each window's edge has a reading


@dataclass(frozen=True, slots=True)
class Rows:
    """One series in time order; values are numbers, or texts where the role is a text."""

    asset: str
    role: str
    ts: list[int]
    value: list[Value]
    bad: list[bool]


def links(spec: PlantSpec) -> dict[str, str]:
    """The link of each asset that has a wire."""
    found = {station.id: station.link for station in spec.stations.values()}
    found |= {meter.id: meter.link for meter in spec.meters.values()}
    found |= {environment.id: environment.link for environment in spec.environments.values()}
    return {asset: link for asset, link in found.items() if link}


def grid(begin: int, end: int, every: int) -> range:
    """Multiples of `every` in `[begin, end]`."""
    return range(-(-begin // every) * every, end + 1, every)


def link_rows(damage: Damage, link: str) -> Rows:
    """0 at each connect and cut; 1 two seconds after a connect and each minute from then on (D2)."""
    rows: dict[int, Value] = {}
    for begin, end in damage.up(link):
        rows.update(dict.fromkeys(grid(begin + 2 * SECOND, end, HEARTBEAT_NS), 1.0))
        rows[min(begin + 2 * SECOND, end)] = 1.0
        rows[begin] = 0.0
        rows[end] = 1.0 if end == damage.to_ns else 0.0
    ts = sorted(rows)
    return Rows(f"@{link}", "link", ts, [rows[t] for t in ts], [False] * len(ts))


def signal_rows(plant: Plant, asset: str, role: str, link: str, damage: Damage) -> Rows:
    """What an agent would have kept of a signal while its link was up."""
    ts: list[int] = []
    for up in damage.up(link):
        ts += _moments(plant, asset, role, up, damage)
    trace = plant.trace(asset, role)
    resets = damage.resets(asset, role)
    bases = [0.0, *(float(trace.at(reset)) for reset in resets)]
    if resets:
        value: list[Value] = [float(trace.at(t)) - bases[bisect_right(resets, t)] for t in ts]
    else:
        value = [trace.at(t) for t in ts]
    bad = damage.bad(asset, role)
    return Rows(asset, role, ts, value, [any(a <= t < b for a, b in bad) for t in ts])


def _moments(plant: Plant, asset: str, role: str, up: Interval, damage: Damage) -> list[int]:
    """When a value is written down in one stretch, which begins with the first value.

    At the beginning of the history that is the instant of the connect itself, so that nothing lies before the
    history and nothing in it is unknown; stated a second time 1 ns later for readers that let a link begin after its 0.
    """
    begin, end = up
    is_start = begin == damage.from_ns
    first = begin if is_start else begin + SECOND
    trace = plant.trace(asset, role)
    if isinstance(trace, Register):
        moments = {*grid(first, end, REGISTER_NS)}
    else:
        changes = trace.ts
        moments = {*changes[bisect_right(changes, first) : bisect_left(changes, end)]}
    edges = [*damage.resets(asset, role), *(edge for stretch in damage.bad(asset, role) for edge in stretch)]
    moments.update(edge for edge in edges if first <= edge < end)
    moments.update(grid(first, end, KEYFRAME_NS))
    moments.update({first, first + 1} if is_start else {first})
    if end == damage.to_ns:
        moments.add(end)
    else:
        moments.discard(end)  # the cut comes first
    return sorted(moment for moment in moments if moment <= end)
