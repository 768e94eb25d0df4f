"""Canonical JSON (RFC 8785): the one byte form of a document, quickly.

Python writes strings and most numbers as RFC 8785 does: where keys are ASCII, integers fit a double and numbers need no
exponent that the two would place differently. Everything else is left to the library.
"""

from json.encoder import encode_basestring
from typing import Any

import rfc8785

_SAFE = 2**53 - 1


class _NeedsLibrary(Exception):
    """A document that Python would write in another way."""


def canonical(document: Any) -> bytes:
    """A JSON document as RFC 8785 writes it; ValueError where it can't (NaN, an integer beyond a double)."""
    try:
        return _text(document).encode()
    except _NeedsLibrary:
        return rfc8785.dumps(document)


def _text(node: Any) -> str:
    """One node and all below it; raises _NeedsLibrary where there are no words for it."""
    kind = type(node)
    if kind is str:
        return encode_basestring(node)
    if kind is float:
        return _number(node)
    if kind is dict:
        members = [f"{encode_basestring(key)}:{_text(node[key])}" for key in _in_order(node)]
        return f"{{{','.join(members)}}}"
    if kind is list or kind is tuple:
        return f"[{','.join(map(_text, node))}]"
    if kind is int and -_SAFE <= node <= _SAFE:
        return repr(node)
    if node is None:
        return "null"
    if kind is bool:
        return "true" if node else "false"
    raise _NeedsLibrary


def _in_order(keys: dict[Any, Any]) -> list[str]:
    """ASCII keys ascending: only they stand in one order by characters and by UTF-16."""
    for key in keys:
        if type(key) is not str or not key.isascii():
            raise _NeedsLibrary
    return sorted(keys)


def _number(value: float) -> str:
    """ECMAScript writes 1.0 as 1 and places exponents elsewhere than Python below 1e-4."""
    if abs(value) <= _SAFE:
        if value.is_integer():
            return repr(int(value))
        if abs(value) >= 1e-4:
            return repr(value)
    raise _NeedsLibrary
