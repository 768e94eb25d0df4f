"""The bytes of a text file: which encoding, whose digest, and its text as UTF-8 in blocks that end with a line.

A Chinese Excel saves GBK, a Windows historian UTF-16: a mark at the start decides, then strict UTF-8, then strict
GB18030; what fits none is refused with the line, before anything is imported.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from evidence_engine.documents import BadInput

BLOCK = 4 << 20
LONGEST_LINE = 64 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look at the whole file tells. `lines` counts the ends of lines, about: for the progress only."""

    digest: str
    size: int
    encoding: str
    lines: int


def open_file(path: Path) -> IO[bytes]:
    """The file to read; BadInput in one sentence."""
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None


def scan(path: Path, encoding: str | None, *, is_text: bool = True) -> Scan:
    """Digest and encoding. BadInput where it is empty, or not in the encoding that was stated or any we know."""
    digest, size, lines = sha256(), 0, 0
    with open_file(path) as file:
        head = file.read(4096)
        file.seek(0)
        while block := _read(file, path):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
    if not size:
        raise BadInput(f"{path.name}: is empty")
    found = _encoding(path, head, encoding) if is_text else ""
    return Scan(digest.hexdigest(), size, found, lines)


def blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """UTF-8 without a mark, in blocks of about BLOCK bytes that end with a line: the same file, the same blocks."""
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
    rest = b""
    with open_file(path) as file:
        while block := _read(file, path):
            rest += block if decoder is None else decoder.decode(block).encode()
            if b"\n" not in rest:  # lines may end as on an old Macintosh
                rest = rest.replace(b"\r", b"\n")
            cut = rest.rfind(b"\n") + 1
            if cut:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > LONGEST_LINE:
                raise BadInput(f"{path.name}: a line of more than {LONGEST_LINE >> 20} MB; is it text?")
    if rest:
        yield rest


def _read(file: IO[bytes], path: Path) -> bytes:
    try:
        return file.read(BLOCK)
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None


def _encoding(path: Path, head: bytes, stated: str | None) -> str:
    """The name for Python's codecs; the whole file has been decoded by it once, strictly."""
    if stated is not None:
        return _checked(path, stated)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return _checked(path, name)
    if b"\0" in head:
        return _checked(path, "utf-16-le" if head[1:2] == b"\0" else "utf-16-be")
    failed = _first_failure(path, "utf-8")
    if failed is None:
        return "utf-8"
    if _first_failure(path, "gb18030") is None:
        return "gb18030"
    raise BadInput(
        f"{path.name}:{failed}: neither UTF-8 nor GB18030 from this line on; say --encoding (mapping file: encoding)"
    )


def _checked(path: Path, name: str) -> str:
    try:
        known = codecs.lookup(name).name
        codecs.getincrementaldecoder(known)
    except LookupError:
        raise BadInput(
            f"encoding '{name}' does not exist, expected e.g. utf-8, gb18030, utf-16, latin-1"
        ) from None
    failed = _first_failure(path, known)
    if failed is not None:
        raise BadInput(f"{path.name}:{failed}: not {known} from this line on; say another --encoding")
    return known


def _first_failure(path: Path, encoding: str) -> int | None:
    """The line at which decoding fails, None where it does not. What is ASCII is UTF-8 and needs no look."""
    decoder, line, pending = codecs.getincrementaldecoder(encoding)(), 1, False
    ascii_is_fine = encoding in ("utf-8", "gb18030")
    with open_file(path) as file:
        while block := _read(file, path):
            if ascii_is_fine and not pending and block.isascii():
                line += block.count(b"\n")
                continue
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            line += text.count("\n")
            pending = bool(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return line
    return None
