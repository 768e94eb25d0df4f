"""The truth file: every true figure, state, count and energy of a stretch of plant time (D28)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from simulators.model.parts import HOUR
from simulators.model.plant import DAY, Plant
from simulators.truth.energies import KWH_WNS
from simulators.truth.figures import PlantFigures, Row
from simulators.truth.history import Stays
from simulators.truth.network import Reachable
from simulators.truth.terms import Terms
from simulators.truth.windows import ended_windows, instant

SCHEMA = "floortruth/truth/1"
NONE = Terms()


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
    plant: Plant,
    from_ns: int,
    until_ns: int,
    faults: Sequence[Any],
    reachable: Reachable,
    terms: Terms = NONE,
) -> Row:
    """The content of the truth file. Counts are listed at each change in the last day, before it hourly."""
    plant.advance(until_ns)
    windows = ended_windows(plant.calendar, from_ns, until_ns)
    figures = PlantFigures(plant, until_ns, reachable, terms)
    return {
        "schema": SCHEMA,
        "seed": plant.seed,
        "from": instant(from_ns),
        "until": instant(until_ns),
        "assumptions_broken": sorted(plant.assumptions_broken),
        "faults": list(faults),
        "kpis": [row for window in windows for row in figures.rows(window)],
        "states": list(_states(plant, from_ns, until_ns)),
        "counts": list(_counts(plant, from_ns, until_ns)),
        "energy": list(_energy(plant, from_ns, until_ns)),
    }


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
                "kwh": used / KWH_WNS,
            }
