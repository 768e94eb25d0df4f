"""A thread for long work that the event loop awaits; it never holds up the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """One daemon thread, one piece of work at a time. What it may be cut off in must survive a kill anyway."""

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, done in the thread; raises what it raised."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(lambda: _work(loop, future, work))
        return await future

    def _serve(self) -> None:
        while True:
            self._queue.get()()


def _work(loop: asyncio.AbstractEventLoop, future: "asyncio.Future[T]", work: Callable[[], T]) -> None:
    if future.cancelled():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001  not swallowed: raised where run() is awaited
        _tell(loop, _settle, future, future.set_exception, error)
    else:
        _tell(loop, _settle, future, future.set_result, result)


def _settle(future: "asyncio.Future[T]", setter: Callable[[Any], None], outcome: Any) -> None:
    if not future.done():
        setter(outcome)


def _tell(loop: asyncio.AbstractEventLoop, *call: Any) -> None:
    try:
        loop.call_soon_threadsafe(*call)
    except RuntimeError:
        return  # the loop is closed: the process is ending and nobody waits
