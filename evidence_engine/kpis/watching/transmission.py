"""Integrity in transmission: whether what an agent had to send has arrived (D2, D4).

Each held and cumulative series on an agent's link is stated again every `keyframe`. So in a period of two keyframes in
which the link was proven up all the time a row must have arrived; where none did, it was lost. Where the link was not
proven the agent may have sent rows that were lost (a missing batch leaves such a hole, D2), or none: low counts these
periods as lost, high leaves them out. Where the device was proven down there was nothing to send. Periods lie on the
clock's grid; those that the window cuts are left out. Imported history was sent by nobody: not applicable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evidence_engine.kernels.live import came
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import merged
from evidence_engine.kpis.outcome import ONE, Outcome, ratio, share
from evidence_engine.kpis.watching.live import basis_of_roles
from evidence_engine.vocabulary.roles import Kind, role_of, series_name

KPI = "collection.transmission_integrity"
_STATED = (Kind.HELD, Kind.CUMULATIVE)
_CODE = "not_sent_by_an_agent"


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods of two keyframes of all series of an asset, and how often a link of it broke.

    arrived: a row came · lost: none came though the link was up · open: not proven either way.
    """

    arrived: int = 0
    lost: int = 0
    open: int = 0
    breaks: int = 0


def asset_transmission(found: AssetWindow) -> Iterator[Found]:
    """Of an asset with links."""
    if found.book.links.links.names:
        yield Found(KPI, outcome_of([periods_of(found)]), basis_of_roles(found, _roles(found)))


def site_transmission(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of all production assets; those without an agent's series stand in `parts`."""
    members = [site.assets[name] for name in site.plant.production_assets()]
    every = [periods_of(found) for found in members]
    silent = sum(not (one.arrived or one.lost or one.open) for one in every)
    outcome = outcome_of(every).adding(parts={"registered": len(members), "without_agent": silent})
    told, whole = outcome.coverage
    coverage = share(told * (len(members) - silent), whole * len(members))
    basis = merged(basis_of_roles(found, _roles(found)) for found in members)
    yield {}, Found(KPI, replace(outcome, coverage=coverage), basis)


def outcome_of(every: Sequence[Periods]) -> Outcome:
    """Arrived ÷ (arrived + lost)."""
    arrived, lost = sum(one.arrived for one in every), sum(one.lost for one in every)
    unproven = sum(one.open for one in every)
    parts = {"periods": arrived + lost + unproven, "lost": lost, "breaks": sum(one.breaks for one in every)}
    if not arrived + lost + unproven:
        return Outcome(None, None, None, parts=parts, limitations=frozenset({_CODE}))
    high = ratio(arrived, arrived + lost)
    return Outcome(
        high,
        ratio(arrived, arrived + lost + unproven),
        ONE if high is None else high,
        share(arrived + lost, arrived + lost + unproven),
        parts,
        frozenset() if arrived + lost else frozenset({"nothing_known"}),
    )


def periods_of(found: AssetWindow) -> Periods:
    """Of all its series on agents' links."""
    return found.once("periods", lambda: _periods(found))


def _periods(found: AssetWindow) -> Periods:
    every = [_of_role(found, role) for role in _roles(found)]
    breaks = sum(_breaks(found, name) for name in found.book.links.links.names)
    arrived, lost, unproven = (sum(counts) for counts in zip((0, 0, 0), *every, strict=True))
    return Periods(arrived, lost, unproven, breaks)


def _breaks(found: AssetWindow, connection: str) -> int:
    """How often a link broke in the window."""
    history = found.of.history
    rows = history.of(series_name(f"@{connection}", "link"))
    broken = history.once(("breaks", connection), lambda: rows.ts[rows.value == 0])
    first, last = broken.searchsorted((found.start, found.end)).tolist()
    return int(last - first)


def _roles(found: AssetWindow) -> list[str]:
    """The held and cumulative roles of the asset that were announced or collected."""
    return [role for role in found.of.signals.named if role_of(role).kind in _STATED]


def _of_role(found: AssetWindow, role: str) -> tuple[int, int, int]:
    """(arrived, lost, open) of all periods of the window, also those before an agent first announced the series: nothing
    came then either."""
    sent = found.of.signals.sent(role)
    if sent is None:
        return 0, 0, 0
    ts = found.of.history.of(series_name(found.of.name, role)).ts
    return came(ts, sent.up, sent.down, 2 * sent.keyframe, found.start, found.end)
