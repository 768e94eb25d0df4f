"""How fast this machine reads memory: the limit that a kernel can come near to, for one thread and for two."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)
def _read(words: NDArray[np.int64]) -> int:
    total = 0
    for index in range(len(words)):
        total ^= words[index]
    return total


def words_of(columns: Sequence[NDArray[Any]]) -> list[NDArray[np.int64]]:
    """Columns of any type as whole words of eight bytes."""
    return [column.view(np.uint8)[: column.nbytes // 8 * 8].view(np.int64) for column in columns]


def seconds_to_read(columns: Sequence[NDArray[np.int64]]) -> float:
    """One thread, once through all of them."""
    began = time.perf_counter()
    for column in columns:
        _read(column)
    return time.perf_counter() - began


def seconds_to_read_twice(pool: ThreadPoolExecutor, columns: Sequence[NDArray[np.int64]]) -> float:
    """Two threads, each once through all of its own."""
    began = time.perf_counter()
    for job in [pool.submit(seconds_to_read, part) for part in (columns, columns)]:
        job.result()
    return time.perf_counter() - began
