"""The engine on one asset's year: from columns in memory to figures with bounds, nothing kept from the run before."""

from collections.abc import Iterator
from dataclasses import replace

from bench.rig.asset_year import ASSET, Year
from evidence_engine.knowledge.stretches import Stretches
from evidence_engine.kpis import network
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.families import asset_figures
from evidence_engine.kpis.outcome import Outcome, figure_of
from evidence_engine.kpis.registry import KPIS
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.kpis.timeline import calendar_of
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.working_time import working_time


def stretches_of(year: Year) -> Stretches:
    """The calendar of its asset over the year."""
    return working_time(year.plant, year.plant.assets[ASSET], year.window.start, year.window.end).stretches


def figures(year: Year, windows: tuple[Window, ...] = ()) -> dict[str, Figure]:
    """D20–D25 and D34 of the whole year, and of more windows where they are asked for."""
    book = _book(year)
    for window in windows:
        list(AssetWindow(book, window).all_figures())
    found = AssetWindow(book, year.window)
    return {kpi: figure_of(outcome, KPIS[kpi].unit)[0] for kpi, outcome in found.all_figures()}


def everything(year: Year) -> dict[str, Figure]:
    """The same and all that the families say: energy by state and band, demand, losses, set-up, data, links."""
    book = _book(year)
    found = AssetWindow(book, year.window)
    return {kpi: figure_of(outcome, KPIS[kpi].unit)[0] for kpi, outcome in _all(found, book)}


def _all(found: AssetWindow, book: AssetBook) -> Iterator[tuple[str, Outcome]]:
    yield from found.all_figures()
    for kpi, outcome, _ in asset_figures(found):
        yield kpi, outcome
    window = found.window
    yield "data.completeness", network.completeness(book.links, window.start, window.end, any_row=True)
    yield (
        "network.networking_rate",
        network.networking_rate([book.links], window.start, window.end, any_row=True),
    )


def _book(year: Year) -> AssetBook:
    history = replace(year.history)  # the same columns under another name: nothing was worked out for it yet
    plant = year.plant
    series = network.series_by_asset(history, plant)[ASSET]
    links = network.asset_links(history, plant, series)
    calendar = calendar_of(stretches_of(year))
    return AssetBook(AssetKnowledge(plant, history, ASSET), calendar, links)
