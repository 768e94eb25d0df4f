"""Canonical JSON (RFC 8785): the one byte form of a document, quickly.

`json` writes the same bytes as RFC 8785 where keys are ASCII, integers fit a double and numbers need no exponent that
the two would place differently; everything else is left to the library.
"""

import json
from typing import Any

import rfc8785

_SAFE = 2**53 - 1
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False, check_circular=False
).encode


class _NeedsLibrary(Exception):
    """A document that `json` would write in another way."""


def canonical(document: Any) -> bytes:
    """A JSON document as RFC 8785 writes it; ValueError where it can't (NaN, an integer beyond a double)."""
    try:
        return _encode(_plain(document)).encode()
    except _NeedsLibrary:
        return rfc8785.dumps(document)


def _plain(node: Any) -> Any:
    """The same document in the words of `json`; raises _NeedsLibrary where there are none."""
    kind = type(node)
    if kind is str or node is None or kind is bool:
        return node
    if kind is dict:
        for key in node:
            if type(key) is not str or not key.isascii():
                raise _NeedsLibrary
        return {key: _plain(value) for key, value in node.items()}
    if kind is list or kind is tuple:
        return [_plain(value) for value in node]
    if kind is float:
        return _number(node)
    if kind is int and -_SAFE <= node <= _SAFE:
        return node
    raise _NeedsLibrary


def _number(value: float) -> float | int:
    """ECMAScript writes 1.0 as 1 and places exponents elsewhere than Python below 1e-4."""
    if abs(value) <= _SAFE:
        if value.is_integer():
            return int(value)
        if abs(value) >= 1e-4:
            return value
    raise _NeedsLibrary
