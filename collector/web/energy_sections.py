"""The tables of the energy page: bands and cost, loads, energy by state, carriers with their coefficients, changes, meters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from collector.web import glyphs
from collector.web.figures import Shown, shown
from collector.web.view import Json, View
from evidence_engine.kpis.energies.change import Comparison, compare
from evidence_engine.kpis.energies.metering import KPIS as METERING
from evidence_engine.vocabulary.coefficients import CARRIERS
from evidence_engine.vocabulary.tariff import BANDS
from evidence_engine.vocabulary.window import Window

LOAD = (
    "energy.max_demand",
    "energy.base_load",
    "energy.load_rate",
    "energy.power_factor",
    "energy.power_factor_adjustment",
)
STATES = ("energy.idle", "energy.planned_stop", "energy.off_shift")
TOTALS = (
    "energy.comprehensive",
    "energy.comprehensive_equivalent",
    "energy.co2",
    "energy.comprehensive_per_good_piece",
)
CHANGING = (
    "energy.electricity",
    "energy.gas",
    "energy.water",
    "energy.comprehensive",
    "energy.per_good_piece",
    "energy.cost",
    "energy.max_demand",
    "energy.idle",
)
"""What a report compares with earlier periods."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its name, figure and evidence, a bar, and a word beside it."""

    name: str
    figure: Shown
    record: Json
    bar: Markup | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bands:
    """Electricity by band, and what it costs."""

    rows: list[Row]
    costs: list[Row]
    source: str


@dataclass(frozen=True, slots=True)
class StateRow:
    """One asset's energy in idle, in planned stop and off shift, None where there is no figure."""

    id: str
    cells: list[tuple[Shown, Json] | None]
    share: tuple[Shown, Json] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One figure against the period before and the year before."""

    name: str
    cells: Sequence[tuple[str, Shown | None]]
    festival: bool


def bands(view: View) -> Bands | None:
    """The bands of the window, None without a tariff."""
    rows = []
    for band in BANDS:
        record = view.records.get((f"energy.share_{band}", ""))
        if record is not None and isinstance(record["parts"].get("energy"), Mapping):
            figure = shown(record["result"])
            kwh = shown(record["parts"]["energy"])
            bar = glyphs.band_bar(figure)
            rows.append(Row(view.words(f"band.{band}"), figure, record, bar, f"{kwh.text} kWh"))
    costs = [row for kpi in ("energy.cost", "energy.demand_cost") if (row := _row(view, kpi)) is not None]
    if not rows and not costs:
        return None
    parts = (rows + costs)[0].record["parts"]
    return Bands(
        rows, costs, " · ".join(str(parts[k]) for k in ("region", "valid_from", "source") if parts.get(k))
    )


def _row(view: View, kpi: str, asset: str = "", note: str = "") -> Row | None:
    record = view.records.get((kpi, asset))
    if record is None:
        return None
    return Row(view.words.kpi(kpi), shown(record["result"]), record, None, note)


def load(view: View) -> list[Row]:
    """Demand, base load, load rate of the site; power factors of the meters that have one."""
    found = [row for kpi in LOAD if (row := _row(view, kpi)) is not None]
    if ("energy.power_factor", "") in view.records:
        return found
    meters = [asset for kpi, asset in view.records if kpi == "energy.power_factor" and asset]
    return found + [row for a in meters if (row := _row(view, "energy.power_factor", a, a)) is not None]


def states(view: View) -> list[StateRow]:
    """The site first, then every asset that has a figure, in the order of the register."""
    rows = []
    for asset in ("", *view.plant.assets):
        cells = [_cell(view, kpi, asset) for kpi in STATES]
        if any(cells):
            rows.append(StateRow(asset, cells, _cell(view, "energy.producing_share", asset)))
    return rows


def _cell(view: View, kpi: str, asset: str) -> tuple[Shown, Json] | None:
    record = view.records.get((kpi, asset))
    return None if record is None else (shown(record["result"]), record)


def carriers(view: View) -> list[Row]:
    """Every carrier of the site with its coefficient and source, then what they come to."""
    coal = view.records.get(("energy.comprehensive", ""))
    rows = []
    for carrier in CARRIERS:
        row = _row(view, f"energy.{carrier}", note=_coefficient(coal, carrier))
        if row is not None:
            rows.append(row)
    co2 = view.records.get(("energy.co2", ""))
    for kpi in TOTALS:
        row = _row(view, kpi, note=_factor(co2) if kpi == "energy.co2" else "")
        if row is not None:
            rows.append(row)
    return rows


def _coefficient(coal: Json | None, carrier: str) -> str:
    """`0.1229 kgce, GB/T 2589-2020`."""
    parts = {} if coal is None else coal["parts"]
    factor, source = parts.get(f"{carrier}.coefficient"), parts.get(f"{carrier}.source")
    return "" if factor is None else f"× {factor} kgce · {source}"


def _factor(co2: Json | None) -> str:
    """`0.5306 kg/kWh, 2023, national, average`."""
    parts = {} if co2 is None else co2["parts"]
    said = [parts.get(f"electricity.{key}") for key in ("coefficient", "data_year", "region", "kind")]
    return " · ".join(str(one) for one in said if one is not None)


def changes(view: View) -> list[Change]:
    """The window's figures against earlier ones, where it is a day, week, month, quarter or year."""
    found = []
    for kpi in CHANGING:
        record = view.records.get((kpi, ""))
        if record is None:
            continue
        compared = compare(record, _others(view, record), view.plant.zone)
        if compared:
            cells = [(one.against, None if one.figure is None else _shown_change(one)) for one in compared]
            found.append(Change(view.words.kpi(kpi), cells, any(one.festival for one in compared)))
    return found


def _shown_change(one: Comparison) -> Shown | None:
    return None if one.figure is None else shown(one.figure.to_json(), 1.0)


def _others(view: View, record: Json) -> list[Json]:
    """The records that the board keeps of the periods that this one compares with."""
    spans = [one.span for one in compare(record, (), view.plant.zone)]
    return [r for span in spans for r in view.board.records(kpi=record["kpi"], window=Window(*span))]


def meters(view: View) -> list[Row]:
    """Metering rate by level, and the balance of every meter that feeds others."""
    found = [row for kpi in METERING.values() if (row := _row(view, kpi, note="")) is not None]
    rated = [
        Row(
            row.name,
            row.figure,
            row.record,
            None,
            f"{row.record['parts']['live']}/{row.record['parts']['needed']}",
        )
        for row in found
    ]
    mains = [asset for kpi, asset in view.records if kpi == "energy.balance_difference" and asset]
    return rated + [
        row for asset in mains if (row := _row(view, "energy.balance_difference", asset, asset)) is not None
    ]
