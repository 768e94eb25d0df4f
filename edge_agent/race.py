"""Several things at once, until the first of them ends."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

GRACE = 1.0
"""Real seconds that a cancelled task may take to end; libraries that swallow a cancellation are left behind."""


async def first_to_end(
    *jobs: Coroutine[Any, Any, Any], closing: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Run all until one ends, cancel the others, call `closing`; raises what the first failure raised."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        if closing is not None:
            await closing()
        await asyncio.wait(tasks, timeout=GRACE)
    failures = [
        error for task in tasks if task.done() and not task.cancelled() and (error := task.exception())
    ]
    if failures:
        raise failures[0]
