"""What every spool keeps to, as one function: in order, numbered without holes, gone only when acknowledged."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from evidence_engine.vocabulary.batch import BatchId


class SpoolLike(Protocol):
    """The part of a spool that agent and sender use."""

    epoch: str

    async def append(self, encode: Callable[[BatchId], bytes]) -> int: ...

    async def oldest(self, most: int) -> list[tuple[int, bytes]]: ...

    async def acknowledge(self, sequences: list[int]) -> None: ...

    async def set_aside(self, sequence: int, why: str) -> None: ...

    async def aclose(self) -> None: ...


def said(number: BatchId) -> bytes:
    """A body that tells its own number."""
    return f"{number.agent}/{number.epoch}/{number.sequence}".encode()


async def check_spool(make: Callable[[], Awaitable[SpoolLike]]) -> None:
    """make(): opens the same spool again after it was closed; empty at first. The agent is called `edge`."""
    spool = await make()
    epoch = spool.epoch
    assert epoch
    assert await spool.oldest(10) == []
    numbers = [await spool.append(said) for _ in range(5)]
    assert numbers == [1, 2, 3, 4, 5]
    bodies = [(n, f"edge/{epoch}/{n}".encode()) for n in numbers]
    assert await spool.oldest(3) == bodies[:3], "oldest first, as they were written"
    await spool.acknowledge([1, 2])
    await spool.set_aside(4, "400 nonsense")
    assert await spool.oldest(10) == [bodies[2], bodies[4]]
    await spool.aclose()
    await spool.aclose()

    spool = await make()
    assert spool.epoch == epoch, "the same file goes on with the same epoch"
    assert await spool.oldest(10) == [bodies[2], bodies[4]]
    await spool.acknowledge([3, 5])
    assert await spool.append(said) == 6, "numbers go on although nothing is left"
    await spool.acknowledge([3, 5])
    await spool.aclose()
