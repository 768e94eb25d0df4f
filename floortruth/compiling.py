"""Says once that the engine's loops are being compiled: the first figures after an installation take some twenty seconds."""

import os
import sys
from pathlib import Path

from floortruth.words import language, say


def tell_if_cold(lang: str | None = None) -> None:
    """One line on stderr where no compiled loop is kept yet, as after an installation."""
    if is_cold():
        print(
            say("compiling the engine, this once; it takes about half a minute …", lang or language([])),
            file=sys.stderr,
            flush=True,
        )


def is_cold() -> bool:
    """Whether numba keeps nothing of our kernels: beside them, or where NUMBA_CACHE_DIR says."""
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        return False
    from evidence_engine import kernels

    stated = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(stated) if stated else Path(kernels.__path__[0]) / "__pycache__"
    return not any(folder.rglob("count*.nbi"))
