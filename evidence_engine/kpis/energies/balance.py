"""The balance of a meter 电能平衡: what it counted less what the meters below it did, and meters that disagree.

difference = main − Σ sub. low: the main's low less the subs' highs · high: the main's high less the subs' lows; all are
reached together, since two meters share no unknown. Losses and users without a meter make it positive. Where even its
high is below zero the meters below surely counted more than the main: they disagree, and every figure of energy of the
main and of the meters below says so.
"""

from collections.abc import Iterator, Mapping, Sequence

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.book import energy_book
from evidence_engine.kpis.energies.site import site_meters
from evidence_engine.kpis.energy import MWNS_PER_KWH, Taken, amount, together
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import merged
from evidence_engine.kpis.outcome import Outcome, divided, figure_of, ratio

DISAGREE = "meters_disagree"


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of every meter that has measured users below it."""
    for main, below in trees(site.assets):
        basis = merged(found.basis("energy.electricity") for found in (main, *below))
        yield {"asset": main.of.name}, Found("energy.balance_difference", balance(main, below), basis)


def trees(assets: Mapping[str, AssetWindow]) -> Iterator[tuple[AssetWindow, list[AssetWindow]]]:
    """(main, what it feeds directly and something measures), in the order of the register."""
    below: dict[str, list[AssetWindow]] = {}
    for found in assets.values():
        if found.of.asset.fed_by is not None and _is_metered(found):
            below.setdefault(found.of.asset.fed_by, []).append(found)
    for name, main in assets.items():
        if name in below and _is_metered(main):
            yield main, below[name]


def _is_metered(found: AssetWindow) -> bool:
    return energy_book(found.book).source.is_metered


def balance(main: AssetWindow, below: Sequence[AssetWindow]) -> Outcome:
    """kWh of the main meter that no meter below it counted."""
    subs = together(found.taken for found in below)
    rest = less(main.taken, subs)
    length = (main.end - main.start) * (1 + len(below))
    kwh, _ = figure_of(amount(subs, MWNS_PER_KWH, length), "kWh")
    found = amount(rest, MWNS_PER_KWH, length)
    share = ratio(rest.value, main.taken.value) if rest.value is not None and main.taken.value else None
    return found.adding(parts={"meters_below": kwh, "of_main": divided(share)})


def less(main: Taken, subs: Taken) -> Taken:
    """main − subs; value only where both have one."""
    value = None if main.value is None or subs.value is None else main.value - subs.value
    return Taken(
        value,
        None if main.low is None or subs.high is None else main.low - subs.high,
        None if main.high is None or subs.low is None else main.high - subs.low,
        main.known + subs.known,
        main.undecided or subs.undecided,
        main.limitations | subs.limitations,
    )


def disagree(rest: Taken) -> bool:
    """Whether the meters below surely counted more than the main."""
    return rest.high is not None and rest.high < 0


def doubted(assets: Mapping[str, AssetWindow]) -> frozenset[str]:
    """The assets whose meters contradict those directly above or below them in this window."""
    found: set[str] = set()
    for main, below in trees(assets):
        if disagree(less(main.taken, together(sub.taken for sub in below))):
            found |= {main.of.name, *(sub.of.name for sub in below)}
    return frozenset(found)


class Doubts:
    """What the energy figures of a window must say of meters that contradict one another."""

    def __init__(self, site: SiteWindow) -> None:
        self._assets = doubted(site.assets)
        meters, _ = site_meters(site, "electricity") if self._assets else ([], True)
        self._site = any(meter.of.name in self._assets for meter in meters)

    def codes(self, kpi: str, subject: Mapping[str, str]) -> frozenset[str]:
        """Of one figure: its own asset's meter, or one of the site's."""
        if not kpi.startswith("energy."):
            return frozenset()
        is_doubted = subject["asset"] in self._assets if "asset" in subject else self._site
        return frozenset({DISAGREE} if is_doubted else ())
