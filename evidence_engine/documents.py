"""Files that people write (YAML, tag lists) become checked models here; an error names file, line and the way out.

`read_yaml(text, name, Model)` never touches disk or network: the caller hands in the text.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError

from evidence_engine.vocabulary.roles import did_you_mean

M = TypeVar("M", bound=BaseModel)


class BadInput(ValueError):
    """What somebody wrote is wrong; str() is one line: `plant.yaml:42: assets.CNC-01.tags: …`. Exit status 2."""


def read_yaml(text: str, name: str, model: type[M]) -> M:
    """Parse YAML 1.2 and check it against `model`; BadInput lists every error, one line each."""
    tree = _parse(text, name)
    try:
        return model.model_validate(_plain(tree))
    except ValidationError as errors:
        lines = [
            f"{name}:{_line_of(tree, error['loc'])}: {_path(error['loc'])}{_sentence(error, model)}"
            for error in errors.errors()
        ]
        raise BadInput("\n".join(dict.fromkeys(lines))) from None


def line_of(text: str, place: Sequence[int | str]) -> int:
    """The line of a place in a file that was read, for what only shows once files are put together."""
    return _line_of(_parse(text, ""), place)


def _parse(text: str, name: str) -> Any:
    try:
        tree = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1
        key = (error.problem or "").split('"')[1]
        raise BadInput(f"{name}:{line}: '{key}' stands twice at the same place") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "not readable").removesuffix(".")
        raise BadInput(f"{name}:{line}: not valid YAML here: {problem} (check the indentation)") from None
    if not isinstance(tree, CommentedMap):
        raise BadInput(
            f"{name}:1: expected keys and values, got {'nothing' if tree is None else 'something else'}"
        )
    return tree


def _plain(node: Any) -> Any:
    """The same tree in plain Python types: ruamel's own scalars would not pass a strict check."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return node if type(node) is kind or kind is bool else kind(node)
    return node


def _line_of(tree: Any, place: Sequence[int | str]) -> int:
    """The 1-based line of the deepest part of `place` that stands in the file."""
    node, line = tree, 1
    for key in place:
        if isinstance(node, CommentedMap):
            real = next((k for k in node if str(k) == str(key)), None)
            if real is None:
                break
            line = node.lc.key(real)[0] + 1
            node = node[real]
        elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
            line = node.lc.item(key)[0] + 1
            node = node[key]
    return line


def _path(place: Sequence[int | str]) -> str:
    shown = ".".join(str(part) for part in place if part != "[key]")
    return f"{shown}: " if shown else ""


def _sentence(error: Any, model: type[BaseModel]) -> str:
    """pydantic's message in the words of the file."""
    match error["type"]:
        case "extra_forbidden":
            word = str(error["loc"][-1])
            return f"unknown key '{word}'{did_you_mean(word, _keys_near(model, error['loc'][:-1]))}"
        case "missing":
            return "is missing"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            message = error["msg"][0].lower() + error["msg"][1:]
            return f"{message}, got {_shown(error['input'])}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _keys_near(model: type[BaseModel], place: Sequence[int | str]) -> set[str]:
    """Every key that the model knows anywhere: enough to suggest the nearest word."""
    keys: set[str] = set()
    seen: set[type[BaseModel]] = set()

    def walk(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in seen:
                seen.add(annotation)
                for field, info in annotation.model_fields.items():
                    keys.add(info.alias or field)
                    walk(info.annotation)
            return
        for inner in getattr(annotation, "__args__", ()):
            walk(inner)

    walk(model)
    return keys
