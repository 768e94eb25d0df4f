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


def connected(damage: Damage, link: str, plant_start: int) -> list[Interval]:
    """Stretches from a connect to the next cut; the first connect lies just before the history, if it can."""
    stretches = damage.up(link)
    lead = damage.from_ns - 2 * SECOND
    return [(lead if a == damage.from_ns and lead >= plant_start else a, b) for a, b in stretches]


def link_rows(damage: Damage, link: str, plant_start: int) -> Rows:
    """0 at each connect and cut; 1 two seconds after a connect and each minute from then on (D2)."""
    rows: dict[int, Value] = {}
    for begin, end in connected(damage, link, plant_start):
        rows.update(dict.fromkeys(grid(begin + 2 * SECOND, end, HEARTBEAT_NS), 1.0))
        rows[begin] = 0.0
        rows[min(begin + 2 * SECOND, end)] = 1.0
        rows[end] = 1.0 if end == damage.to_ns else 0.0
    ts = sorted(rows)
    return Rows(f"@{link}", "link", ts, [rows[t] for t in ts], [False] * len(ts))


def signal_rows(plant: Plant, asset: str, role: str, link: str, damage: Damage) -> Rows:
    """What an agent would have kept of a signal while its link was up."""
    ts: list[int] = []
    for begin, end in connected(damage, link, plant.start_ns):
        ts += _moments(plant, asset, role, (begin + SECOND, end), damage)
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
    """When a value is written down in one stretch, which begins with the first value."""
    first, end = up
    trace = plant.trace(asset, role)
    if isinstance(trace, Register):
        moments = {first, *grid(first, end, REGISTER_NS)}
    else:
        changes = trace.ts
        moments = {first, *changes[bisect_right(changes, first) : bisect_left(changes, end)]}
    edges = [*damage.resets(asset, role), *(edge for stretch in damage.bad(asset, role) for edge in stretch)]
    moments.update(edge for edge in edges if first <= edge < end)
    moments.update(grid(first, end, KEYFRAME_NS))
    if end == damage.to_ns:
        moments.add(end)
    else:
        moments.discard(end)  # the cut comes first
    return sorted(moments)
