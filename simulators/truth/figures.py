"""Every true figure of a plant in one window: of its machines, meters and points, its steps, and the site (D28)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from simulators.model.parts import Meter
from simulators.model.plan import plan_entries
from simulators.model.plant import Plant
from simulators.truth import energies, kpis, losses, planning, terms
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.network import Reachable, networking_rates
from simulators.truth.sums import PieceSums, StateSums, piece_sums, pieces_together, state_sums, together
from simulators.truth.windows import Window, WorkingTime, instant

Row = dict[str, Any]
Found = tuple[dict[str, str], Iterable[kpis.Figure]]
"""Of whom (nothing: of the site), and its figures."""
LOAD_WINDOWS = frozenset({"shift", "day"})
"""Demand is a figure of these, not of all time since the beginning."""


class PlantFigures:
    """The true history of a plant until an instant, and its figures of any window before it."""

    def __init__(self, plant: Plant, until_ns: int, reachable: Reachable, agreed: terms.Terms) -> None:
        """The plant must have advanced to `until_ns`."""
        self._plant, self._until, self._reachable, self._terms = plant, until_ns, reachable, agreed
        self._histories = {name: MachineHistory(m, until_ns) for name, m in plant.machines.items()}
        self._stays = {name: history.stays for name, history in self._histories.items()}
        self._stays |= {name: Stays(machine, until_ns) for name, machine in plant.utilities.items()}
        self._working = WorkingTime(plant.calendar, plant.start_ns, until_ns)
        self._plan = plan_entries(plant.spec, plant.start_ns, until_ns)
        self._meters = [meter for meter in plant.spec.meters.values() if meter.kind == "electricity"]
        self._site_meter = next(meter for meter in self._meters if meter.is_site)

    def rows(self, window: Window) -> Iterator[Row]:
        """As the truth file lists them."""
        edges = {"from": instant(window.begin), "to": instant(window.end)}
        for whom, figures in self._found(window):
            subject = {"site": self._plant.spec.site, **whom}
            for kpi, value in figures:
                yield {"kpi": kpi, "subject": subject, "window": edges, "value": value}

    def _found(self, window: Window) -> Iterator[Found]:
        times = {name: state_sums(each, window, self._plant.calendar) for name, each in self._stays.items()}
        pieces = {name: piece_sums(each, window) for name, each in self._histories.items()}
        yield from self._machines(window, times, pieces)
        yield from self._groups(window, times, pieces)
        yield from self._of_plan(window)
        yield from self._energy(window)
        yield {}, networking_rates(self._plant.spec.production, self._reachable, window)
        if window.is_long:
            yield from self._losses(window, times, pieces)
            yield from self._further_energy(window)
            yield from self._points(window)

    # --- machines and groups of them ---

    def _machines(
        self, window: Window, times: dict[str, StateSums], pieces: dict[str, PieceSums]
    ) -> Iterator[Found]:
        for name, time in times.items():
            yield {"asset": name}, kpis.state_figures(time)
        for name, made in pieces.items():
            whole = self._histories[name].good.count(window.begin, window.end)
            yield {"asset": name}, kpis.piece_figures(times[name], made)
            yield {"asset": name}, [("production.count_good_window", float(whole))]

    def _groups(
        self, window: Window, times: dict[str, StateSums], pieces: dict[str, PieceSums]
    ) -> Iterator[Found]:
        production = self._plant.spec.production
        for step in dict.fromkeys(station.step for station in production):
            names = [station.id for station in production if station.step == step]
            yield {"step": step}, _of_group(names, window, times, pieces)
        yield {}, _of_group(list(pieces), window, times, pieces)

    def _losses(
        self, window: Window, times: dict[str, StateSums], pieces: dict[str, PieceSums]
    ) -> Iterator[Found]:
        """Of machines that have calendar time in the window."""
        if not window.calendar_ns:
            return
        for name, time in times.items():
            yield {"asset": name}, kpis.further_state_figures(time)
            yield {"asset": name}, losses.stop_figures(self._stays[name], window, self._working)
        for name, made in pieces.items():
            yield {"asset": name}, kpis.net_effectiveness(times[name], made)
            yield {"asset": name}, losses.yield_figures(times[name], made)
            if self._is_wired(name, "product"):
                yield {"asset": name}, losses.changeovers(self._histories[name], window)

    def _of_plan(self, window: Window) -> Iterator[Found]:
        output = self._plant.spec.output.id
        history = self._histories[output]
        own = [entry for entry in self._plan if entry.asset == output]
        yield {"asset": output}, kpis.attainment(history, own, window)
        still_open = [(history, entry) for entry in planning.open_at(own, window.end)]
        for whom in ({"asset": output}, {}):
            yield whom, planning.forecast(still_open, window.end, self._plant.calendar)

    def _is_wired(self, name: str, *roles: str) -> bool:
        """Whether a wire tells any of these roles."""
        station = self._plant.spec.stations[name]
        return bool(station.link) and any(station.shows(role) for role in roles)

    # --- energy and media ---

    def _good(self, name: str, window: Window) -> int | None:
        history = self._histories.get(name)
        return history.good.count(window.begin, window.end) if history else None

    def _energy(self, window: Window) -> Iterator[Found]:
        for name in [*self._stays, *(meter.id for meter in self._meters)]:
            flow = self._plant.flow(name)
            yield {"asset": name}, energies.electricity(flow, self._good(name, window), window)
        site = self._plant.flow(self._site_meter.id)
        yield {}, energies.electricity(site, self._good(self._plant.spec.output.id, window), window)
        yield {}, energies.coal_equivalent(site, window)
        for meter in self._media:
            yield {"asset": meter.id}, energies.medium(meter.kind, self._plant.flow(meter.id), window)

    @property
    def _media(self) -> list[Meter]:
        return [meter for meter in self._plant.spec.meters.values() if meter.kind != "electricity"]

    def _further_energy(self, window: Window) -> Iterator[Found]:
        for meter in self._media:  # the only one of its kind
            yield {}, energies.medium(meter.kind, self._plant.flow(meter.id), window)
        yield from self._by_state(window)
        for meter in self._meters:
            yield {"asset": meter.id}, self._of_load(meter, window)
            below = [self._plant.flow(name) for name in meter.feeds if self._is_metered(name)]
            yield {"asset": meter.id}, energies.balance(self._plant.flow(meter.id), below, window)
        yield {}, self._of_load(self._site_meter, window)

    def _is_metered(self, name: str) -> bool:
        return name in self._plant.spec.meters or self._is_wired(name, "energy_active", "power_active")

    def _by_state(self, window: Window) -> Iterator[Found]:
        """Of machines whose wire tells both state and electricity; the site is their sum."""
        splits = []
        for name, stays in self._stays.items():
            if self._is_wired(name, "state") and self._is_metered(name):
                flow = self._plant.flow(name)
                splits.append(energies.by_state(flow, stays, window))
                yield {"asset": name}, energies.split_figures(splits[-1:])
                yield {"asset": name}, energies.producing_share(flow, stays, window)
        if splits:
            yield {}, energies.split_figures(splits)

    def _of_load(self, meter: Meter, window: Window) -> Iterator[kpis.Figure]:
        flow = self._plant.flow(meter.id)
        if window.kinds & LOAD_WINDOWS:
            yield from energies.load_figures(flow, window)
        if self._terms.tariff is not None:
            yield from terms.band_figures(flow, self._terms.tariff, self._plant.calendar, window)

    # --- what is measured at a point ---

    def _points(self, window: Window) -> Iterator[Found]:
        """Of each limit; where it is the only one, it is the site's as well."""
        for limit in self._terms.limits:
            trace = self._plant.trace(limit.asset, limit.role)
            figures = list(terms.limit_figures(trace, limit, window, self._until))
            yield {"asset": limit.asset}, figures
            if len(self._terms.limits) == 1:
                yield {}, figures


def _of_group(
    names: Sequence[str], window: Window, times: dict[str, StateSums], pieces: dict[str, PieceSums]
) -> Iterator[kpis.Figure]:
    time = together(times[name] for name in names)
    return kpis.group_figures(time, pieces_together(pieces[name] for name in names), window)


__all__ = ["PlantFigures", "Row"]
