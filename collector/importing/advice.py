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
    places: dict[str, list[str]] = {}
    for name, told in sorted(series.items()):
        if told is None or name.startswith("@") or told == _stated(plant, name):
            continue
        connection = _connection(plant, name)
        head = "series:" if connection is None else f"connections: / {connection}: / series:"
        places.setdefault(head, []).append(f"  {name}: {{resolution: {told:g}}}")
    return [line for head, lines in places.items() for line in (head, *lines)]


def _connection(plant: Plant, name: str) -> str | None:
    return next((key for key, facts in plant.connections.items() if name in facts.series), None)


def _stated(plant: Plant, name: str) -> float | None:
    connection = _connection(plant, name)
    listed = plant.series if connection is None else plant.connections[connection].series
    return listed.get(name, SeriesFacts()).resolution
