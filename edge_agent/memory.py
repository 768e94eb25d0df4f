"""Keeps the process small on glibc, which neither returns freed pages by itself nor shares arenas between threads."""

import ctypes

import pyarrow as pa

_M_ARENA_MAX = -8


def few_arenas() -> None:
    """At most two heaps for all threads, and Arrow's buffers in them; call before threads start."""
    pa.set_memory_pool(pa.system_memory_pool())
    _libc_call("mallopt", _M_ARENA_MAX, 2)


def give_back() -> None:
    """Return freed pages to the system: importing a protocol's library without its bytecode leaves 40 MB of them."""
    _libc_call("malloc_trim", 0)


def _libc_call(name: str, *arguments: int) -> None:
    """Where the C library is another one, nothing happens."""
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*arguments)
