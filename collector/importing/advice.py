"""What the plant file must state about imported series (D29): the lines to paste, by what it states today.

The engine takes the resolution of imported history from the plant file only: from the connection that a series hangs on,
else from `series:`. An announcement in the store would hang the series on a connection that never proves anything.
"""

from collections.abc import Mapping

from evidence_engine.vocabulary.facts import SeriesFacts
from evidence_engine.vocabulary.plant import Plant


def unstated(plant: Plant, series: Mapping[str, float | None]) -> list[str]:
    """Series of an import whose resolution neither the import nor the plant file states."""
    return sorted(
        name
        for name, told in series.items()
        if told is None and not name.startswith("@") and _stated(plant, name) is None
    )


def lines_to_add(plant: Plant, series: Mapping[str, float | None]) -> list[str]:
    """YAML for the plant file: each series whose resolution there is not what the import states, where it belongs."""
    hanging: dict[str | None, list[str]] = {}
    for name, told in sorted(series.items()):
        if told is not None and not name.startswith("@") and told != _stated(plant, name):
            line = f"{name}: {{resolution: {told:g}}}"
            hanging.setdefault(_connection(plant, name), []).append(line)
    alone = hanging.pop(None, [])
    lines = ["connections:"] if hanging else []
    for connection, found in hanging.items():
        lines += [f"  {connection}:", "    series:", *(f"      {line}" for line in found)]
    return [*lines, *(["series:"] if alone else []), *(f"  {line}" for line in alone)]


def _connection(plant: Plant, name: str) -> str | None:
    return next((key for key, facts in plant.connections.items() if name in facts.series), None)


def _stated(plant: Plant, name: str) -> float | None:
    connection = _connection(plant, name)
    listed = plant.series if connection is None else plant.connections[connection].series
    return listed.get(name, SeriesFacts()).resolution
