"""The link of one device: what proves that it answers, written down as 1, 0 and -1 (D2, D3)."""

from collections import deque

from edge_agent.rows import Rows

PROVEN, BROKEN, FAILED = 1.0, 0.0, -1.0
REMEMBERED = 64
"""Heartbeats that can still be taken back when a will tells that the device had left before (D2)."""


class Link:
    """Rows of `@<device>/link`, strictly ascending in time; instants and heartbeat in ns of plant time."""

    def __init__(self, name: str, rows: Rows, heartbeat: int) -> None:
        self.name, self._rows, self._heartbeat = name, rows, heartbeat
        self._series = rows.number(f"@{name}/link")
        self._last: int | None = None
        self._mark = BROKEN
        self._beaten = self._floor = 0
        self._proof: int | None = None
        self._beats: deque[int] = deque(maxlen=REMEMBERED)
        self.is_open = False
        """The first values are in: proofs count (D3)."""

    @property
    def state(self) -> str:
        """In a word, for people."""
        if self._mark == PROVEN:
            return "up"
        return "failing" if self._mark == FAILED else "broken"

    @property
    def last_proof(self) -> int | None:
        """The newest instant at which the device proved that it answers."""
        return self._proof if self._proof is not None else (self._beaten or None)

    def begin(self, at: int) -> None:
        """A connect or a start: all before is cut off from all after."""
        self._speak()
        self._write(at, BROKEN)
        self.is_open = False

    def open(self, at: int) -> None:
        """The first values, the last of them at `at`, are written; the next proof is the first 1."""
        self.is_open, self._floor = True, at

    def prove(self, at: int) -> None:
        """The device itself answered at this instant; written once per heartbeat, and at the end of a stretch."""
        if not self.is_open or at < self._floor or (self._last is not None and at <= self._last):
            return
        if self._mark != PROVEN or at - self._beaten >= self._heartbeat:
            self._beat(at)
        elif self._proof is None or at > self._proof:
            self._proof = at

    def broke(self, at: int) -> None:
        """What was proven ends with the last proof."""
        if self.is_open or self._mark == PROVEN:
            self.begin(at)

    def failed(self, at: int) -> None:
        """An attempt to reach the device failed."""
        self._speak()
        self._write(at, FAILED)
        self.is_open = False

    def left(self, at: int) -> None:
        """The device was gone from about this instant on: heartbeats after it are taken back (D2)."""
        self._proof = None
        later = [beat for beat in self._beats if beat >= at]
        self._rows.add(self._series, at, BROKEN, None, 0)
        for beat in later:
            self._rows.add(self._series, beat, BROKEN, None, 0)
        self._last = max([at, *later, self._last or at])
        self._mark, self.is_open = BROKEN, False

    def rest(self) -> None:
        """The agent stops: state the newest proof."""
        self._speak()

    def forget_time(self) -> None:
        """The wall clock was set: what comes may be stamped before what was."""
        self._last = self._proof = None
        self._beats.clear()

    def _speak(self) -> None:
        if self._proof is not None and self.is_open:
            self._beat(self._proof)

    def _beat(self, at: int) -> None:
        self._beaten, self._proof = at, None
        self._beats.append(at)
        self._write(at, PROVEN)

    def _write(self, at: int, mark: float) -> None:
        self._last = at if self._last is None else max(at, self._last + 1)
        self._mark = mark
        self._rows.add(self._series, self._last, mark, None, 0)
