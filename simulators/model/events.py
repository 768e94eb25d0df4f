"""The event loop of the model: plant instants in a heap, no wall clock."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count


class Events:
    """Runs calls in the order of their instants; equal instants in the order in which they were made."""

    def __init__(self, start_ns: int) -> None:
        self.now = start_ns
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, ts_ns: int, call: Callable[[], None]) -> None:
        heappush(self._heap, (max(ts_ns, self.now), next(self._order), call))

    def soon(self, call: Callable[[], None]) -> None:
        """After everything else of this instant that is already due."""
        self.at(self.now, call)

    def run(self, until_ns: int) -> None:
        """Runs all that is due up to and including `until_ns`; a past instant does nothing."""
        heap = self._heap
        while heap and heap[0][0] <= until_ns:
            self.now, _, call = heappop(heap)
            call()
        self.now = max(self.now, until_ns)
