"""Energy `/energy`: where did it go, and what is unexplained?"""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import energy_sections, glyphs, lanes, machines, timeline
from collector.web.figures import Shown, scale_end, shown
from collector.web.page import Page
from collector.web.view import Fig, Json, View

KPIS = (
    "energy.electricity",
    "energy.comprehensive",
    "energy.per_good_piece",
    "energy.cost",
)
"""The figures at the head; without any carrier's total, the coal equivalent of electricity alone."""


@dataclass(frozen=True, slots=True)
class User:
    """One user of energy: indent in the tree of meters, its figure as bar, its share of the whole."""

    id: str
    name: str
    depth: int
    figure: Shown | None
    bar: Markup | None
    share: str
    record: Json | None
    measured_by: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What the main meters counted and no sub-meter did, with bounds."""

    figure: Shown
    bar: Markup
    share: str


def page(view: View) -> Page:
    """The energy page."""
    total = view.figure("energy.electricity")
    end = 1.0 if total is None else scale_end(total.record["result"])
    users = tree(view, total, end)
    rest = unexplained(view, total, end)
    context: dict[str, Any] = {
        "title": view.words("page.energy"),
        "h1": heading(view, total, rest),
        "figures": head_figures(view),
        "users": users,
        "rest": rest,
        "power": power_strips(view),
        "ruler": machines.ruler(view),
        "bands": energy_sections.bands(view),
        "load": energy_sections.load(view),
        "states": energy_sections.states(view),
        "changes": energy_sections.changes(view),
        "carriers": energy_sections.carriers(view),
        "meters": energy_sections.meters(view),
    }
    parts = ("figures", "tree", "power", "bands", "load", "states", "changes", "carriers", "meters")
    fragments = {"head": "head.html", **{part: f"energy_{part}.html" for part in parts}}
    return Page("energy", "energy.html", fragments, context)


def heading(view: View, total: Fig | None, rest: Rest | None) -> str:
    """How much was used, and how much of it nobody can place."""
    if total is None or total.shown.value is None:
        return view.words("energy.unknown")
    said = view.words("energy.h1", kwh=total.shown.text)
    large = rest is not None and rest.share not in ("—", "0%")
    return said + (view.words("energy.h1_rest", share=rest.share) if rest is not None and large else "")


def head_figures(view: View) -> list[Fig]:
    """The site's figures, and gas and water per meter where the site has none."""
    found = [f for kpi in KPIS if (f := view.figure(kpi)) is not None]
    if ("energy.comprehensive", "") not in view.records:
        coal = view.figure("energy.coal_equivalent")
        found += [] if coal is None else [coal]
    return found + meter_figures(view)


def meter_figures(view: View) -> list[Fig]:
    """Gas and water per meter, where there is no figure for the site."""
    found = []
    for kpi in ("energy.gas", "energy.water"):
        if (kpi, "") in view.records:
            continue
        of_kpi = [asset for k, asset in view.records if k == kpi and asset]
        found += [f for asset in of_kpi if (f := view.figure(kpi, asset, note=asset)) is not None]
    return found


def tree(view: View, total: Fig | None, end: float) -> list[User]:
    """Every asset that has an electricity figure, under the meter that feeds it, in the order of the register."""
    having = {asset for kpi, asset in view.records if kpi == "energy.electricity" and asset}
    order = _walk(view, having)
    return [_user(view, name, depth, total, end) for name, depth in order]


def _walk(view: View, having: set[str]) -> list[tuple[str, int]]:
    assets = view.plant.assets
    found: list[tuple[str, int]] = []

    def down(parent: str | None, depth: int) -> None:
        for name, asset in assets.items():
            above = asset.fed_by if asset.fed_by in having else None
            if name in having and above == parent and (name, depth) not in found:
                found.append((name, depth))
                down(name, depth + 1)

    down(None, 0)
    return found


def _user(view: View, name: str, depth: int, total: Fig | None, end: float) -> User:
    record = view.records.get(("energy.electricity", name))
    figure = None if record is None else shown(record["result"], end)
    whole = None if total is None else total.shown.value
    share = ""
    if figure is not None and figure.value is not None and whole:
        share = f"{figure.value / whole * 100:.1f}%"
    asset = view.plant.assets[name]
    return User(
        name,
        view.words.name(asset.name),
        min(depth, 3),
        figure,
        None if figure is None else glyphs.band_bar(figure, "main" if asset.site_meter else "lo"),
        share,
        record,
        asset.fed_by or "",
    )


def unexplained(view: View, total: Fig | None, end: float) -> Rest | None:
    """Main meters less their direct sub-meters: known to be used, by whom is not measured. None without sub-meters."""
    mains = {name for name, asset in view.plant.assets.items() if asset.site_meter}
    subs = [
        record["result"]
        for name, asset in view.plant.assets.items()
        if asset.fed_by in mains and (record := view.records.get(("energy.electricity", name))) is not None
    ]
    if total is None or not subs:
        return None
    result = _less(total.record["result"], subs)
    figure = shown(result, end)
    whole = total.shown.value
    share = "—" if figure.value is None or not whole else f"{figure.value / whole * 100:.0f}%"
    return Rest(figure, glyphs.band_bar(figure, "rest"), share)


def _less(whole: Json, parts: list[Json]) -> Json:
    """whole − Σ parts, each bound taken the worst way, none below 0: two meters may differ by a step; null where one of them is."""

    def total(side: str) -> float | None:
        values = [part[side] for part in parts]
        return None if any(v is None for v in values) else sum(values)

    def minus(a: float | None, b: float | None) -> float | None:
        return None if a is None or b is None else a - b

    low, high = minus(whole["low"], total("high")), minus(whole["high"], total("low"))
    value = minus(whole["value"], total("value"))
    return {
        "value": None if value is None else max(value, 0.0),
        "low": None if low is None else max(low, 0.0),
        "high": None if high is None else max(high, 0.0),
        "unit": whole["unit"],
    }


def power_strips(view: View) -> list[timeline.Strip]:
    """Power over the window: the site's meters, or the meters there are."""
    meters = [n for n, a in view.plant.assets.items() if a.kind == "electricity_meter"]
    return [
        timeline.power_strip(view, name, name)
        for name in meters
        if lanes.has_series(view.knowing.history, name, "power_active")
    ]
