"""Reading the files that a command is given; one sentence where that fails."""

from pathlib import Path

from evidence_engine.documents import BadInput
from evidence_engine.plant_file import read_plant_file
from evidence_engine.vocabulary.plant import Plant


def read_text(path: str | Path) -> str:
    """A UTF-8 file, with or without a byte order mark."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def read_plant(path: str | Path) -> Plant:
    """The plant file, with the holiday files beside it."""
    return read_plant_file(read_text(path), Path(path).name, lambda name: read_text(Path(path).parent / name))
