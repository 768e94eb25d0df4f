"""What may befall a plant's history, drawn by a seed: cut links, resets, bad values; and how often each machine is polled."""

from collections.abc import Iterator
from random import Random

from simulators.history.rows import links
from simulators.model.parts import HOUR, MINUTE, SECOND, HistoryFault
from simulators.model.spec import PlantSpec

CUTS_S = (20, 60, 100, 300, 1500, 4000, 9000)
"""Also some that are shorter than the link's timeout."""
BAD_S = (10, 100, 1000, 5000)
POLLS_S = (7, 30, 61, 130)
"""Below and above the least stay of a state: 120 s."""
COUNTS = ("count_total", "count_good", "count_reject")
SINGLE = ("state", "product", "count_total", "count_reject", "energy_active", "power_active")
OTHERS = (("ENV-01", "noise"), ("EM-MAIN", "energy_active"), ("COMP-01", "state"), ("GAS-01", "gas_volume"))
METERS = ("EM-MAIN", "EM-LINE", "ENV-01")


def mishaps(spec: PlantSpec, seed: int, hours: int) -> tuple[HistoryFault, ...]:
    """The damage of so many hours."""
    rng = Random(f"{seed}/mishaps")
    wired = [station.id for station in spec.production if station.link]
    cuts = [cut for link in sorted(set(links(spec).values())) for cut in _cuts(link, rng, hours)]
    resets = [_reset(asset, rng, hours) for asset in wired for _ in range(rng.randrange(3))]
    bad = [(asset, role) for asset in wired for role in SINGLE if rng.random() < 0.35]
    return (*cuts, *resets, *(_bad(asset, role, rng, hours) for asset, role in (*bad, *OTHERS)))


def _cuts(link: str, rng: Random, hours: int) -> Iterator[HistoryFault]:
    """One after the other."""
    at = 0
    for _ in range(rng.randrange(4)):
        at += rng.randrange(hours * HOUR // 3)
        length = rng.choice(CUTS_S) * SECOND
        yield HistoryFault("link_cut", at, length, link=link)
        at += length + MINUTE


def _reset(asset: str, rng: Random, hours: int) -> HistoryFault:
    return HistoryFault("counter_reset", rng.randrange(hours * HOUR), 0, asset=asset, roles=COUNTS)


def _bad(asset: str, role: str, rng: Random, hours: int) -> HistoryFault:
    length = rng.choice(BAD_S) * SECOND
    return HistoryFault("bad_quality", rng.randrange(hours * HOUR), length, asset=asset, roles=(role,))


def polls(spec: PlantSpec, seed: int) -> dict[str, int]:
    """Seconds between two looks at each machine and some meters."""
    rng = Random(f"{seed}/polls")
    names = [station.id for station in spec.stations.values() if station.link]
    return {name: rng.choice(POLLS_S) for name in (*names, *METERS)}
