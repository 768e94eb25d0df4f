"""Reads YAML into checked values, so that a wrong field is named with its line and the way out."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

T = TypeVar("T")


class SpecError(ValueError):
    """The plant file is wrong: one sentence with the place."""


class Node:
    """One mapping of the file, which knows where it stands."""

    def __init__(self, file: str, path: str, data: Any, line: int = 1) -> None:
        if not isinstance(data, Mapping):
            raise SpecError(f"{file}:{line}: {path or 'the file'}: expected a mapping, got {_kind(data)}")
        self.file, self.path, self.data, self.line = file, path, data, line

    def fail(self, key: str, what: str) -> SpecError:
        return SpecError(f"{self.file}:{self._line(key)}: {self._at(key)}: {what}")

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}".strip(".")

    def _line(self, key: str) -> int:
        if isinstance(self.data, CommentedMap) and key in self.data.lc.data:
            return int(self.data.lc.data[key][0]) + 1
        return self.line

    def only(self, keys: str) -> "Node":
        """Refuses keys that are none of these words."""
        known = keys.split()
        for key in self.data:
            if key not in known:
                near = get_close_matches(str(key), known, 1)
                hint = f", did you mean '{near[0]}'?" if near else f", expected one of {', '.join(known)}"
                raise self.fail(str(key), f"unknown field{hint}")
        return self

    def has(self, key: str) -> bool:
        return key in self.data

    def get(self, key: str, check: Callable[[Any], T], default: T | None = None) -> T:
        """The value of `key`, as `check` makes it; a missing key without a default is an error."""
        if key not in self.data:
            if default is None:
                raise self.fail(key, "is missing")
            return default
        try:
            return check(self.data[key])
        except (ValueError, TypeError) as error:
            raise self.fail(key, str(error)) from error

    def many(self, key: str, check: Callable[[Any], T]) -> tuple[T, ...]:
        """A list of checked items; a missing key is an empty one."""
        return self.get(key, list_of(check), default=())

    def pair(self, key: str) -> tuple[float, float]:
        """Exactly two numbers, the smaller first."""
        found = self.many(key, number)
        if len(found) != 2 or found[0] > found[1]:
            raise self.fail(key, "expected two numbers, the smaller first")
        return found[0], found[1]

    def node(self, key: str) -> "Node":
        if key not in self.data:
            raise self.fail(key, "is missing")
        return Node(self.file, self._at(key), self.data[key], self._line(key))

    def nodes(self, key: str) -> dict[str, "Node"]:
        """A mapping of mappings, in the file's order; a missing one is empty."""
        if key not in self.data:
            return {}
        group = self.node(key)
        return {str(name): group.node(name) for name in group.data}

    def items(self, key: str) -> list["Node"]:
        """A list of mappings; a missing one is empty."""
        found = self.data.get(key, [])
        if not isinstance(found, list):
            raise self.fail(key, f"expected a list, got {_kind(found)}")
        return [
            Node(self.file, f"{self._at(key)}[{n}]", item, self._line(key)) for n, item in enumerate(found)
        ]


def read(path: Path) -> Node:
    """The root of a YAML file."""
    try:
        data = YAML(typ="rt").load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SpecError(f"{path}:{line}: not valid YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: cannot be read: {error}") from error
    return Node(str(path), "", data)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r}"


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a text, got {_kind(value)}")
    return str(value)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {_kind(value)}")
    return value


def number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"expected a number of at least 0, got {_kind(value)}")
    return float(value)


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"expected a whole number of at least 0, got {_kind(value)}")
    return int(value)


def minutes_of_day(value: Any) -> int:
    """ "08:30" as minutes after midnight."""
    hour, _, minute = text(value).partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise ValueError(f'expected a time of day such as "08:30", got {value!r}')
    return int(hour) * 60 + int(minute)


def list_of(check: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    def checked(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError(f"expected a list, got {_kind(value)}")
        return tuple(check(item) for item in value)

    return checked


def table_of(check: Callable[[Any], T]) -> Callable[[Any], dict[str, T]]:
    def checked(value: Any) -> dict[str, T]:
        if not isinstance(value, Mapping):
            raise ValueError(f"expected a mapping, got {_kind(value)}")
        return {str(key): check(item) for key, item in value.items()}

    return checked
