"""Work orders of maintenance, as people wrote them: who was asked when, and whether it was finished and closed."""

from dataclasses import dataclass
from typing import Literal

OrderKind = Literal["corrective", "preventive", "inspection"]
ORDER_KINDS: tuple[OrderKind, ...] = ("corrective", "preventive", "inspection")


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One order. Times are instants, None where nothing is written; alarm <= opened <= started <= finished <= closed.

    alarm: when the alarm was raised that it answers · cause, closed_by: empty where nothing is written.
    """

    id: str
    asset: str
    kind: OrderKind
    opened: int
    alarm: int | None = None
    started: int | None = None
    finished: int | None = None
    closed: int | None = None
    cause: str = ""
    closed_by: str = ""

    @property
    def is_closed(self) -> bool:
        """The loop is closed: work was finished, and somebody with a name closed the order."""
        return self.finished is not None and self.closed is not None and self.closed_by != ""

    @property
    def since(self) -> int:
        """When the trouble began as far as it is written: the alarm, else the opening."""
        return self.opened if self.alarm is None else self.alarm
