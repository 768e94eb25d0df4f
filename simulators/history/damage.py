"""What is wrong with the written history, by schedule; the plant's truth knows nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.model.calendar import Interval
from simulators.model.parts import HistoryFault
from simulators.model.plant import Plant
from simulators.model.spec import PlantSpec

Signal = tuple[str, str]
Faults = Sequence[HistoryFault]


@dataclass(frozen=True, slots=True)
class Damage:
    """The faults of a history that begins at `from_ns`; None stands for those of the plant file."""

    from_ns: int
    to_ns: int
    faults: Faults

    def cuts(self, link: str) -> list[Interval]:
        """When the link was cut, inside the history, in order."""
        found = [self._stretch(f) for f in self.faults if f.kind == "link_cut" and f.link == link]
        return sorted((a, b) for a, b in found if a < b)

    def up(self, link: str) -> list[Interval]:
        """When the link was not cut."""
        edges = [self.from_ns, *(edge for cut in self.cuts(link) for edge in cut), self.to_ns]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]

    def bad(self, asset: str, role: str) -> list[Interval]:
        """When the values of a signal carry bad quality."""
        return [self._stretch(f) for f in self._of("bad_quality", asset, role)]

    def resets(self, asset: str, role: str) -> list[int]:
        """When a counter started again at 0, in order."""
        at = (self.from_ns + f.at_ns for f in self._of("counter_reset", asset, role))
        return sorted(ts for ts in at if ts <= self.to_ns)

    def _of(self, kind: str, asset: str, role: str) -> list[HistoryFault]:
        return [f for f in self.faults if f.kind == kind and f.asset == asset and role in f.roles]

    def _stretch(self, fault: HistoryFault) -> Interval:
        begin = self.from_ns + fault.at_ns
        return min(begin, self.to_ns), min(begin + fault.length_ns, self.to_ns)


def damage_of(spec: PlantSpec, from_ns: int, to_ns: int, faults: Faults | None) -> Damage:
    return Damage(from_ns, to_ns, spec.history_faults if faults is None else faults)


def counter_bases(
    plant: Plant, from_ns: int, to_ns: int, faults: Faults | None = None
) -> dict[Signal, float]:
    """What a counter that was reset in the history has to subtract from its true count from `to_ns` on.

    A wire that goes on from the history must show true − base, or the counter would jump.
    """
    damage = damage_of(plant.spec, from_ns, to_ns, faults)
    found = {}
    for asset, role in plant.signals():
        resets = damage.resets(asset, role)
        if resets:
            found[asset, role] = float(plant.trace(asset, role).at(resets[-1]))
    return found


def reachable(
    spec: PlantSpec, from_ns: int, to_ns: int, faults: Faults | None = None
) -> dict[str, list[Interval]]:
    """Per device and link of the production machines, when it could be reached: input of the truth."""
    damage = damage_of(spec, from_ns, to_ns, faults)
    stations = [station for station in spec.production if station.link]
    devices = {device: [(from_ns, to_ns)] for station in stations for device in station.devices}
    return devices | {station.link: damage.up(station.link) for station in stations}
