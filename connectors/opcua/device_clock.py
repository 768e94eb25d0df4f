"""Two clocks that are not ours: the device's, by its measured offset, and the server's publish times (D2, D6)."""

from dataclasses import dataclass

_GENERATION = 256  # publish responses; a server's clock drifts by less than a millisecond in so few


@dataclass(slots=True)
class DeviceClock:
    """The offset of the device's clock: device minus ours, ns of plant time.

    tick: ns between two values that the clock shows (0: it shows any). A clock that ticks coarsely is late by up to
    one tick, so a look gives not a number but the range in which the true offset lies.
    """

    offset: int
    tick: int = 0

    def ours(self, stamp: int) -> int:
        """A stamp of the device on our clock."""
        return stamp - self.offset

    def follow(self, shown: int, asked: int, answered: int) -> int:
        """A new look at the clock: the offset moves as little as it must; ns by which it had to move."""
        low = shown - answered
        high = shown - asked + self.tick
        moved = min(max(self.offset, low), high) - self.offset
        self.offset += moved
        return moved


def measured(shown: int, asked: int, answered: int, tick: int = 0) -> DeviceClock:
    """The clock by one look at a fine clock, or at a coarse one just after it ticked."""
    return DeviceClock(shown - (asked + answered) // 2, tick)


class PublishDelay:
    """How late a Publish response came, by the server's own publish times, in real ns.

    The server's wall clock has no known offset to ours; but the smallest (arrival − publish time) of the last few
    hundred responses is that offset and the least way, so what a response takes beyond it is its delay.
    """

    def __init__(self) -> None:
        self._least: int | None = None
        self._before: int | None = None
        self._seen = 0

    def of(self, published: int, arrived: int) -> int:
        """The delay of this response, ≥ 0."""
        distance = arrived - published
        if self._seen == _GENERATION:
            self._before, self._least, self._seen = self._least, None, 0
        self._seen += 1
        self._least = distance if self._least is None else min(self._least, distance)
        base = self._least if self._before is None else min(self._least, self._before)
        return distance - base
