"""Energy in idle, planned stop and off shift, and the share that producing took, by the asset's state and calendar.

The calendar comes first: what is taken outside of it is off shift, whatever the state; inside, the state decides.
low: what is taken where the state is sure · high: where it may be, each as `source` bounds a part of time. Over every
completion of the state both are reached, since energy only adds up: a state that is not sure is taken or left out.
Share of producing = x ÷ (x + rest): low with the least x and the most rest that still fit the whole, high the reverse.
Where an asset may give energy back, a part has no bounds by its neighbours: low and high are null.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.book import Group
from evidence_engine.kpis.energy import MWNS_PER_KWH, Taken, amount, together
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Ratio, ratio, share
from evidence_engine.vocabulary.states import State

STATES = {"energy.idle": State.IDLE, "energy.planned_stop": State.PLANNED_STOP}
OFF_SHIFT = "energy.off_shift"
KPIS = (*STATES, OFF_SHIFT)


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of one asset that has a state and something that tells its electricity."""
    group = Group([found])
    if not (found.of.has("state") and group.books[0].source.is_metered):
        return
    basis = _basis(group)
    for kpi in KPIS:
        yield Found(kpi, in_kwh(found, taken(group, kpi)), basis)
    yield Found("energy.producing_share", producing_share(found, group), basis)


def _basis(group: Group) -> Basis:
    states = [member.basis("equipment.availability") for member in group.members if member.of.has("state")]
    return merged([group.basis(), *states])


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """The same of all assets that have a state and a meter, added up."""
    chosen = [found for found in site.assets.values() if found.of.has("state")]
    groups = [group for found in chosen if (group := Group([found])).books[0].source.is_metered]
    if not groups:
        return
    basis = merged(_basis(group) for group in groups)
    codes = {"only_with_state"}
    for kpi in KPIS:
        total = together(taken(group, kpi) for group in groups)
        length = sum(group.length for group in groups)
        found = amount(total, MWNS_PER_KWH, length).adding(codes, {"assets": len(groups)})
        yield {}, Found(kpi, found, basis)


def in_kwh(found: AssetWindow, part: Taken) -> Outcome:
    """A part of an asset's energy; without a calendar nothing tells the shift."""
    if not found.book.calendar.stated:
        return found.empty
    return amount(part, MWNS_PER_KWH, found.end - found.start)


def taken(group: Group, kpi: str) -> Taken:
    """The energy of one asset in idle, in planned stop, or off shift."""
    if kpi == OFF_SHIFT:
        part = placed_apart(group)["off shift"]
        return replace(part, known=part.known + group.members[0].time["C"])
    return in_state(group, STATES[kpi])


def in_state(group: Group, state: State) -> Taken:
    """The energy in a state: the value by the plain reading, the bounds by what may be."""
    parts = placed_apart(group)
    plain, sure, possible = (parts[state, how] for how in ("plain", "sure", "possible"))
    known = parts["placed"].known
    codes = plain.limitations | possible.limitations
    joint = Taken(
        plain.value if known else None,
        sure.low,
        possible.high,
        known,
        possible.undecided or sure.undecided,
        codes,
    )
    return unbounded(joint) if group.gives_back else joint


def placed_apart(group: Group) -> Mapping[Hashable, Taken]:
    """The energy of one asset by its state and calendar, worked out once per window."""
    (member,), (book,) = group.members, group.books
    return member.once("energy by state", lambda: book.by_state(group.start, group.end))


def unbounded(part: Taken) -> Taken:
    """A part of what may fall: what is not sure to be in it may be less than nothing."""
    codes = part.limitations | {"may_give_back"}
    return Taken(part.value, None, None, part.known, part.undecided, codes)


def producing_share(found: AssetWindow, group: Group) -> Outcome:
    """Energy while producing ÷ all energy of the window."""
    if not found.book.calendar.stated:
        return found.empty
    parts = placed_apart(group)
    part = in_state(group, State.PRODUCING)
    least, most = (parts["not producing", how] for how in ("sure", "possible"))
    rest = Taken(None, least.low, most.high, 0)
    return share_of(part, rest, group.whole, parts["placed"], group.end - group.start)


def share_of(part: Taken, rest: Taken, whole: Taken, told: Taken, length: int) -> Outcome:
    """part ÷ whole, where part and rest make up the whole: neither outgrows it; value: part ÷ `told`, what is placed."""
    codes = part.limitations | whole.limitations
    value = None
    if part.value is not None and told.value is not None:
        value = ratio(min(max(part.value, 0), told.value), told.value)
    return Outcome(
        value,
        *share_bounds(part, rest, whole),
        coverage=share(told.known, length),
        limitations=codes if told.known else codes | {"nothing_known"},
        undecided=part.undecided or whole.undecided,
    )


def share_bounds(part: Taken, rest: Taken, whole: Taken) -> tuple[Ratio | None, Ratio | None]:
    """(low, high) of part ÷ (part + rest); null where energy may fall or the whole is surely nothing."""
    if part.low is None or rest.low is None or whole.low is None or whole.high == 0:
        return None, None
    return _low(part.low, rest.high, whole.high), _high(part.high, rest.low, whole.low)


def _low(part: int, rest: int | None, whole: int | None) -> Ratio:
    rooms = [rest] if rest is not None else []
    rooms += [max(whole - part, 0)] if whole is not None else []
    if not rooms:
        return ZERO
    return (part, part + min(rooms)) if part + min(rooms) > 0 else ZERO


def _high(part: int | None, rest: int, whole: int) -> Ratio:
    if part == 0:
        return ZERO
    least = rest if part is None else max(rest, whole - part)
    if part is None or part + least <= 0:
        return ONE
    return part, part + least
