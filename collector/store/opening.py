"""From a store's address to the store: a folder of this machine, as `data/store` or `file:///data/store`."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from collector.store.base import StoreError
from collector.store.lake import Lake, read_lake
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.samples import Samples


def store_folder(address: str) -> Path:
    """The folder that an address names. BadInput for an address of another kind."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if "://" in address:
        raise BadInput(
            f"store '{address}': unknown kind '{parts.scheme}', expected a folder or file:///folder"
        )
    return Path(address)


def open_store(address: str, max_inbox_bytes: int | None = None) -> Lake:
    """Open or make a store to write to; one process at a time. Raises BadInput."""
    try:
        return Lake(store_folder(address), max_inbox_bytes)
    except (StoreError, OSError) as error:
        raise BadInput(f"store: {error}") from error


def read_store(address: str) -> tuple[Mapping[str, Samples], str]:
    """Every series and the snapshot's name, also while a collector writes there. BadInput where there is no store."""
    try:
        return read_lake(store_folder(address))
    except (FileNotFoundError, StoreError) as error:
        raise BadInput(str(error)) from None
