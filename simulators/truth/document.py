"""The truth file: every true figure, state, count and energy of a stretch of plant time (D28)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from simulators.model.parts import HOUR
from simulators.model.plan import plan_entries
from simulators.model.plant import DAY, Plant
from simulators.truth import kpis
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.network import Reachable, networking_rate
from simulators.truth.windows import Window, ended_windows, instant

SCHEMA = "floortruth/truth/1"
Row = dict[str, Any]
Figures = Iterable[kpis.Figure]


def write_truth(
    plant: Plant, from_ns: int, until_ns: int, faults: Sequence[Any], reachable: Reachable, path: Path
) -> None:
    """Writes `truth.json` for `[from, until]`: whole or not at all.

    `reachable`: per device, when it could be reached between from and until (see `truth.joined`).
    """
    document = truth_document(plant, from_ns, until_ns, faults, reachable)
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8") as file:
        file.write("{\n")
        file.write(",\n".join(f"{json.dumps(key)}: {_lines(value)}" for key, value in document.items()))
        file.write("\n}\n")
    draft.replace(path)


def _lines(value: Any) -> str:
    """Long lists with one entry a line, so that a person can read and search them."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value) + "\n]"


def truth_document(
    plant: Plant, from_ns: int, until_ns: int, faults: Sequence[Any], reachable: Reachable
) -> Row:
    """The content of the truth file. Counts are listed at each change in the last day, before it hourly."""
    plant.advance(until_ns)
    windows = ended_windows(plant.calendar, from_ns, until_ns)
    histories = {name: MachineHistory(machine, until_ns) for name, machine in plant.machines.items()}
    return {
        "schema": SCHEMA,
        "seed": plant.seed,
        "from": instant(from_ns),
        "until": instant(until_ns),
        "assumptions_broken": sorted(plant.assumptions_broken),
        "faults": list(faults),
        "kpis": list(_kpis(plant, windows, histories, until_ns, reachable)),
        "states": list(_states(plant, from_ns, until_ns)),
        "counts": list(_counts(plant, from_ns, until_ns)),
        "energy": list(_energy(plant, from_ns, until_ns)),
    }


def _kpis(
    plant: Plant,
    windows: Sequence[Window],
    histories: dict[str, MachineHistory],
    until_ns: int,
    reachable: Reachable,
) -> Iterator[Row]:
    stays = {name: Stays(machine, until_ns) for name, machine in plant.powered.items()}
    plan = plan_entries(plant.spec, plant.start_ns, until_ns)
    output = plant.spec.output.id
    for window in windows:
        for name, machine_stays in stays.items():
            yield from _rows(plant, name, window, kpis.state_figures(machine_stays, window, plant.calendar))
        for name, history in histories.items():
            yield from _rows(plant, name, window, kpis.piece_figures(history, window))
        own = [entry for entry in plan if entry.asset == output]
        yield from _rows(plant, output, window, kpis.attainment(histories[output], own, window))
        yield from _energy_kpis(plant, window, histories)
        rate = networking_rate(plant.spec.production, reachable, window)
        yield from _rows(plant, None, window, kpis.defined([("network.networking_rate", rate)]))


def _energy_kpis(plant: Plant, window: Window, histories: dict[str, MachineHistory]) -> Iterator[Row]:
    meters = [meter for meter in plant.spec.meters.values() if meter.kind == "electricity"]
    for name in [*plant.powered, *(meter.id for meter in meters)]:
        history = histories.get(name)
        good = history.good.count(window.begin, window.end) if history else None
        yield from _rows(plant, name, window, kpis.energy_figures(plant.flow(name), good, window))
    for meter in (each for each in meters if each.is_site):
        good = histories[plant.spec.output.id].good.count(window.begin, window.end)
        yield from _rows(plant, None, window, kpis.energy_figures(plant.flow(meter.id), good, window))


def _rows(plant: Plant, asset: str | None, window: Window, figures: Figures) -> Iterator[Row]:
    subject = {"site": plant.spec.site} if asset is None else {"site": plant.spec.site, "asset": asset}
    edges = {"from": instant(window.begin), "to": instant(window.end)}
    for kpi, value in figures:
        yield {"kpi": kpi, "subject": subject, "window": edges, "value": value}


def _states(plant: Plant, from_ns: int, until_ns: int) -> Iterator[Row]:
    for name, machine in plant.powered.items():
        for begin, end, state in Stays(machine, until_ns).between(from_ns, until_ns):
            yield {
                "asset": name,
                "from": instant(max(begin, from_ns)),
                "to": instant(min(end, until_ns)),
                "state": state,
            }


def _counts(plant: Plant, from_ns: int, until_ns: int) -> Iterator[Row]:
    detailed_ns = max(from_ns, until_ns - DAY)
    hours = range(-(-from_ns // HOUR) * HOUR, detailed_ns, HOUR)
    for name, machine in plant.machines.items():
        for role, count in (("total", machine.total), ("good", machine.good), ("reject", machine.reject)):
            changes = [ts for ts in count.ts if detailed_ns < ts <= until_ns]
            for ts in (*hours, detailed_ns, *changes):
                yield {"asset": name, "role": f"count_{role}", "ts": instant(ts), "value": count.at(ts)}


def _energy(plant: Plant, from_ns: int, until_ns: int) -> Iterator[Row]:
    first, last = -(-from_ns // HOUR) * HOUR, until_ns // HOUR * HOUR
    meters = (meter.id for meter in plant.spec.meters.values() if meter.kind == "electricity")
    for name in (*plant.powered, *meters):
        flow = plant.flow(name)
        for hour in range(first, last, HOUR):
            used = flow.integral(hour + HOUR) - flow.integral(hour)
            yield {
                "asset": name,
                "from": instant(hour),
                "to": instant(hour + HOUR),
                "kwh": used / kpis.KWH_WNS,
            }
