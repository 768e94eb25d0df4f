"""From what was collected to evidence: every KPI of every subject in every window, as records (D7, D15–D19, D27).

`assess(plant, history, windows)` yields them all; an `Assessor` keeps what was worked out for one history, so that
windows can be asked for one at a time. Same input, same records, in the same order: window, asset, step, site.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evidence_engine.evidence.digest import Digests
from evidence_engine.evidence.envelope import enveloped
from evidence_engine.evidence.record import Record
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis import energy, network, production
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.calendar_notes import CalendarNotes
from evidence_engine.kpis.energies.balance import Doubts
from evidence_engine.kpis.energies.site import electricity_meters
from evidence_engine.kpis.families import SiteWindow, asset_figures, site_figures
from evidence_engine.kpis.group_window import GroupWindow, SiteEnergy
from evidence_engine.kpis.inputs import Basis, Needed, merged, of_flow
from evidence_engine.kpis.limitations import limitations_of
from evidence_engine.kpis.outcome import Outcome, divided, figure_of
from evidence_engine.kpis.plausibility.window import Plausibility, Regimes
from evidence_engine.kpis.registry import KPIS
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.kpis.timeline import CalendarTime, calendar_of
from evidence_engine.kpis.unmapped import unmapped
from evidence_engine.named_inputs import Inputs, NamedInputs, Sources
from evidence_engine.tail import ON_ITS_WAY, Tail, tail_of
from evidence_engine.vocabulary.as_of import PlantInTime
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.working_time import working_key, working_time

MEDIA = {"energy.gas": ("gas_meter", "gas_volume"), "energy.water": ("water_meter", "water_volume")}
"""KPI → the kind of asset that it concerns, and the role that it reads."""

_MARGIN = 2 * DAY


def assess(plant: Plant, history: History, windows: Sequence[Window]) -> Iterator[Record]:
    """All KPIs of all subjects in all windows."""
    assessor = Assessor(plant, history, windows)
    for window in windows:
        yield from assessor.records(window)


class Figured(NamedTuple):
    """One figure before it becomes a record. subject: `{"asset": …}`, `{"step": …}`, `{}` for the site."""

    subject: dict[str, str]
    kpi: str
    outcome: Outcome
    basis: Basis


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int

    def holds(self, window: Window) -> bool:
        return self.start <= window.start and window.end <= self.end


class Assessor:
    """What is known of a plant by one history; `windows` may announce what will be asked for."""

    def __init__(
        self, plant: Plant, history: History, windows: Iterable[Window] = (), like: "Assessor | None" = None
    ) -> None:
        """like: an assessor of the same history and of a plant whose other facts are equal; what it knows is shared."""
        self.plant, self.history = plant, history
        self._in_time, self._as_of = PlantInTime(plant), dict[int, Assessor]()
        self._notes = CalendarNotes(plant)
        digests = Digests(history) if like is None else like._sources.digests
        self._sources: Sources = Sources(history, plant, digests)
        self._known: dict[str, AssetKnowledge] = {
            name: like._known[name]
            if like is not None and like.plant.assets[name] is asset
            else AssetKnowledge(plant, history, name)
            for name, asset in plant.assets.items()
        }
        self._series = network.series_by_asset(history, plant)
        self._links = {
            name: network.asset_links(history, plant, self._series.get(name, [])) for name in plant.assets
        }
        self._planned: dict[str, list[PlanEntry]] = {}
        for entry in history.plan:
            self._planned.setdefault(entry.asset, []).append(entry)
        self._regimes = Regimes(history, plant)
        self._span, self._books = self._lay_out(self._first_span(list(windows)))

    def _first_span(self, windows: list[Window]) -> _Span:
        start, end = self.history.since, self.history.end
        starts = [w.start for w in windows] + ([] if start is None else [start])
        ends = [w.end for w in windows] + ([] if end is None else [end])
        return _Span(min(starts, default=0) - _MARGIN, max(ends, default=0) + _MARGIN)

    def _lay_out(self, span: _Span) -> tuple[_Span, dict[str, AssetBook]]:
        """Books of all assets over the calendar of the span."""
        calendars: dict[tuple[object, ...], CalendarTime] = {}
        books = {}
        for name, asset in self.plant.assets.items():
            key = working_key(self.plant, asset)
            if key not in calendars:
                found = working_time(self.plant, asset, span.start, span.end)
                calendars[key] = calendar_of(found.stretches, stated=found.stated)
            books[name] = AssetBook(self._known[name], calendars[key], self._links[name])
        return span, books

    def _books_for(self, window: Window) -> dict[str, AssetBook]:
        if self._span.holds(window):
            return self._books
        wide = _Span(window.start - _MARGIN, window.end + _MARGIN)
        if wide.start <= self._span.end and self._span.start <= wide.end:
            wide = _Span(min(wide.start, self._span.start), max(wide.end, self._span.end))
            self._span, self._books = self._lay_out(wide)
            return self._books
        return self._lay_out(wide)[1]

    def tail(self, before: int, late: int = ON_ITS_WAY) -> Tail | None:
        """What of the history is enough for all windows that start at or after `before`: see `tail_of`."""
        plant = self._in_time.of(before, before + 1)[0]
        known = self._known if plant is self.plant else self._by(plant)._known
        return tail_of(self.history, known, before, late)

    def records(self, window: Window) -> Iterator[Record]:
        """Every record of one window, by the facts that were valid in it (D8). ValueError where it is out of reach."""
        window.check_reach()
        plants = self._in_time.of(window.start, window.end)
        if plants[0] is self.plant:
            yield from self._records(window)
        elif len(plants) == 1:
            yield from self._by(plants[0])._records(window)
        else:
            variants = [self._by(plant)._records(window) for plant in plants]
            yield from enveloped(variants, lambda kpi: KPIS[kpi].better, *limitations_of({"facts_changed"}))

    def _by(self, plant: Plant) -> "Assessor":
        """An assessor by the facts of another time; the plant lives as long as `_in_time` does."""
        if id(plant) not in self._as_of:
            self._as_of[id(plant)] = Assessor(plant, self.history, like=self)
        return self._as_of[id(plant)]

    def _records(self, window: Window) -> Iterator[Record]:
        books = self._books_for(window)
        assets = {name: AssetWindow(asset_book, window) for name, asset_book in books.items()}
        site = SiteWindow(self.plant, self.history, window, assets)
        doubts, odd = Doubts(site), Plausibility(assets, self._regimes, window.start, window.end)
        inputs = NamedInputs(self._sources, window)
        for found in self._figures(site):
            basis = odd.basis(found.kpi, found.basis)
            codes = found.outcome.limitations | basis.codes | doubts.codes(found.kpi, found.subject)
            yield self._record(found, window, codes, inputs.of(basis.needed))

    def _figures(self, site: SiteWindow) -> Iterator[Figured]:
        """Every figure of a window: of assets, then of steps and the site."""
        for name, found in site.assets.items():
            subject = {"asset": name}
            for figure in self._asset_figures(found, site.window):
                yield Figured(subject, *figure)
            for figure in asset_figures(found):
                yield Figured(subject, *figure)
        yield from self._group_figures(dict(site.assets), site.window)
        for subject, figure in site_figures(site):
            yield Figured(subject, *figure)

    def _asset_figures(self, found: AssetWindow, window: Window) -> Iterator[tuple[str, Outcome, Basis]]:
        for kpi, outcome in found.all_figures():
            yield kpi, outcome, found.basis(kpi)
        for kpi, (kind, role) in MEDIA.items():
            if found.of.asset.kind == kind or found.of.has(role):
                booked = found.of.medium(role)
                taken = energy.register_taken(booked, window.start, window.end)
                outcome = energy.amount(taken, energy.QUANTA_PER_M3, window.end - window.start)
                yield kpi, outcome, of_flow(found.of.name, booked, window.start, window.end)
        yield from self._attainment(found.of.name, [found], window)
        if found.of.asset.is_production or found.book.links.links.names:
            is_told = self._any_row(found.book.links.links.names, window)
            outcome = network.completeness(found.book.links, window.start, window.end, any_row=is_told)
            yield "data.completeness", outcome, self._link_basis([found])

    def _attainment(
        self, subject: str, members: list[AssetWindow], window: Window
    ) -> Iterator[tuple[str, Outcome, Basis]]:
        """Against the plan entries of an asset or a step that lie wholly in the window (D35)."""
        kpi = "production.schedule_attainment"
        entries = [entry for entry in self._planned.get(subject, ()) if _lies_in(entry, window)]
        if entries:
            made = [production.made_together([m.made(entry) for m in members]) for entry in entries]
            yield kpi, production.attainment(made, entries), _group_basis(members, kpi)

    def _group_figures(self, assets: dict[str, AssetWindow], window: Window) -> Iterator[Figured]:
        production_assets = [assets[name] for name in self.plant.production_assets()]
        for step in self.plant.steps:
            members = [member for member in production_assets if member.of.asset.step == step]
            for kpi, outcome in GroupWindow(members).figures():
                yield Figured({"step": step}, kpi, outcome, _group_basis(members, kpi))
            for figure in self._attainment(step, members, window):
                yield Figured({"step": step}, *figure)
        for kpi, outcome in GroupWindow(production_assets).figures():
            yield Figured({}, kpi, outcome, _group_basis(production_assets, kpi))
        yield from self._site_energy(assets)
        yield from self._networking(production_assets, window)

    def _site_energy(self, assets: dict[str, AssetWindow]) -> Iterator[Figured]:
        names, is_stated = self._meters()
        meters = [assets[name] for name in names]
        outputs = [found for found in assets.values() if found.of.asset.output]
        metered = _group_basis(meters, "energy.electricity")
        made = _group_basis(outputs, "production.count_good_window")
        for kpi, outcome in SiteEnergy(meters, is_stated=is_stated).figures(outputs):
            basis = merged([metered, made] if kpi == "energy.per_good_piece" else [metered])
            yield Figured({}, kpi, outcome, basis)

    def _meters(self) -> tuple[list[str], bool]:
        """The site's meters, else the leaf meters (D25); and whether the plant file marks them."""
        marked, leaves = electricity_meters(self.plant)
        return (marked, True) if marked else (leaves, False)

    def _networking(self, registered: list[AssetWindow], window: Window) -> Iterator[Figured]:
        digitised = [found for found in registered if found.of.asset.digitised]
        for kpi, chosen in (
            ("network.networking_rate", registered),
            ("network.networking_rate_digitised", digitised),
        ):
            names = sorted({name for found in chosen for name in found.book.links.links.names})
            outcome = network.networking_rate(
                [found.book.links for found in chosen],
                window.start,
                window.end,
                any_row=self._any_row(names, window),
            )
            yield Figured({}, kpi, outcome, self._link_basis(chosen))

    def _any_row(self, names: Iterable[str], window: Window) -> bool:
        """Whether one of these links has a row in the window."""
        for name in names:
            rows = self.history.of(series_name(f"@{name}", "link")).ts
            first, last = np.searchsorted(rows, [window.start, window.end])
            if first < last:
                return True
        return False

    def _link_basis(self, members: Iterable[AssetWindow]) -> Basis:
        """Every tag of the assets: their links come with them, and one of them must be good (D24)."""
        series = [name for member in members for name in self._series.get(member.of.name, [])]
        return Basis(frozenset(Needed(name, FIRST, LAST) for name in series), frozenset())

    def _record(self, found: Figured, window: Window, codes: frozenset[str], rests_on: Inputs) -> Record:
        """The record of one figure; codes: of its limitations."""
        subject, kpi, outcome, _ = found
        row = KPIS[kpi]
        figure, raw = figure_of(outcome, row.unit)
        noted, more = self._notes.of(kpi, subject, window)
        codes = codes.union(rests_on.assumed, noted)
        if "no_link_max_hold" in codes:
            codes |= {"assumes_hold"}
        if raw is not None:
            codes |= {"value_moved_to_bound"}
            more = {"known_time": raw, **more}
        return Record(
            kpi=kpi,
            method=row.method,
            subject={"site": self.plant.site.id, **subject},
            window=window,
            result=figure,
            coverage=divided(outcome.coverage) or 0.0,
            parts={**outcome.parts, **more, **unmapped(codes, self._known.get(subject.get("asset", "")))},
            inputs=rests_on.inputs,
            limitations=limitations_of(codes),
            provisional=rests_on.is_late or outcome.undecided,
            snapshot=self.history.snapshot,
        )


def _lies_in(entry: PlanEntry, window: Window) -> bool:
    return window.start <= entry.start and entry.end <= window.end


def _group_basis(members: Iterable[AssetWindow], kpi: str) -> Basis:
    return merged(member.basis(kpi) for member in members)
