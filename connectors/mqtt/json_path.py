"""Places in a JSON document, as `data.power[0]` or `["a.b"].c`."""

import re
from collections.abc import Sequence

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]"']+)|\[(?P<index>\d+)\]|\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\]"""
)


class _Missing:
    """Nothing stands at that place; a null is something else."""


MISSING = _Missing()


def parse_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path; an empty one is the document itself. ValueError with one sentence where it is none."""
    text = text.removeprefix("$").removeprefix(".")
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            raise ValueError(f"'{text}' is no path into JSON, expected e.g. data.power[0]")
        steps.append(int(match["index"]) if match["index"] else match["name"] or match["key"])
        at = match.end()
    return tuple(steps)


def look_up(document: object, steps: Sequence[str | int]) -> object:
    """What stands there, MISSING where nothing does."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(document, list) or step >= len(document):
                return MISSING
            document = document[step]
        else:
            if not isinstance(document, dict) or step not in document:
                return MISSING
            document = document[step]
    return document
