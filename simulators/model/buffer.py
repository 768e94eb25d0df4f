"""A finite buffer between stations, which is what starves and blocks them."""

from collections import deque
from collections.abc import Callable


class Buffer:
    """First in, first out; a place is reserved when a piece is begun, so that a finished one always fits."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._pieces: deque[str] = deque()
        self._reserved = 0
        self.on_put: list[Callable[[], None]] = []
        self.on_take: list[Callable[[], None]] = []

    def __len__(self) -> int:
        return len(self._pieces)

    @property
    def room(self) -> int:
        return self._capacity - len(self._pieces) - self._reserved

    @property
    def head(self) -> str:
        """The product of the next piece; the buffer must not be empty."""
        return self._pieces[0]

    def fill(self, product: str, pieces: int) -> None:
        self._pieces.extend([product] * pieces)

    def reserve(self) -> None:
        self._reserved += 1

    def put(self, product: str) -> None:
        """Into the reserved place."""
        self._reserved -= 1
        self._pieces.append(product)
        for call in self.on_put:
            call()

    def release(self) -> None:
        """Gives a reserved place back: the piece was rejected."""
        self._reserved -= 1
        self._freed()

    def take(self) -> None:
        self._pieces.popleft()
        self._freed()

    def _freed(self) -> None:
        for call in self.on_take:
            call()
