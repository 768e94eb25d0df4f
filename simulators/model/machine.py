"""A production machine: it takes pieces from a buffer, works on them, breaks, is set up, and passes them on."""

from collections.abc import Callable
from random import Random

from simulators.model.buffer import Buffer
from simulators.model.events import Events
from simulators.model.parts import MINUTE, SECOND, Station
from simulators.model.powered import Powered
from simulators.model.trace import Steps

MINOR_STOPS = 0.4  # the share of breakdowns that an operator clears within five minutes


class Task:
    """Work that takes `left` ns in `state`, and can be paused."""

    __slots__ = ("finish", "left", "since", "state", "turn")

    def __init__(self, state: str, left: int, finish: Callable[[], None]) -> None:
        self.state, self.left, self.finish = state, left, finish
        self.since: int | None = None
        self.turn = 0


class Machine(Powered):
    """One station of the line. What it wants to be follows from its surroundings; when it may, from the dwell."""

    def __init__(
        self,
        spec: Station,
        events: Events,
        rng: Random,
        dwell_ns: int,
        campaign: Callable[[], str],
        broken: frozenset[str],
    ) -> None:
        super().__init__(spec, events, rng, dwell_ns, "over_power" in broken)
        self.broken_assumptions = broken
        self.campaign = campaign
        self.source: Buffer | None = None
        self.joined: Buffer | None = None
        self.sink: Buffer | None = None
        self.on_shift = False
        self.stops = 0
        self.total, self.good, self.reject = Steps(), Steps(), Steps()
        self.product, self.alarm = Steps(), Steps()
        self._held = ""
        self._counts = [0, 0, 0]
        self._task: Task | None = None
        self._repair: Task | None = None
        self._failing = False
        self._flickering = False
        self._until_failure = self._draw_failure()
        self._looks_at = 0

    # --- what the surroundings call ---

    def start(self) -> None:
        """The first entry of each trace; the machine then looks around."""
        now = self.events.now
        self._held = self.campaign()
        self.product.put(now, self._held)
        self.alarm.put(now, 0.0)
        for trace in (self.total, self.good, self.reject):
            trace.put(now, 0.0)
        self.begin("idle" if self.on_shift or self.spec.runs_through else "off")
        self.events.soon(self.look)

    def wake(self) -> None:
        """A neighbour moved a piece: only a machine that waits for one cares."""
        if self._task is None:
            self.events.soon(self.look)

    def look(self) -> None:
        """Decides anew: (1) what it wants to be, (2) pauses work that does not fit, (3) changes or works on."""
        if self._flickering:
            return
        wanted = self._wanted()  # (1)
        for task in (self._task, self._repair):  # (2)
            if task is not None and (task.state != wanted or self.state != wanted):
                self._pause(task)
        if wanted == self.state:  # (3)
            self._work()
        elif self.events.now >= self.settled_at:
            self.enter(wanted)
            if wanted == "setup" and self._task is None:
                self._begin_setup()
            self._work()
        elif self._looks_at != self.settled_at:
            self._looks_at = self.settled_at
            self.events.at(self.settled_at, self.look)

    # --- what it wants ---

    def _wanted(self) -> str:
        if self._repair is not None:
            return "down"
        if not self.on_shift and not self.spec.runs_through:
            return "off"
        if self.stops:
            return "planned_stop"
        if self._task is not None:
            return self._task.state
        pieces = 1 if self.state == "producing" else self.spec.restart_pieces
        if not self._has_pieces(pieces):
            return "idle"
        return "producing" if self._next_product() == self._held else "setup"

    def _has_pieces(self, pieces: int) -> bool:
        return (
            (self.source is None or len(self.source) >= pieces)
            and (self.joined is None or len(self.joined) >= pieces)
            and (self.sink is None or self.sink.room >= pieces)
        )

    def _next_product(self) -> str:
        return self.campaign() if self.source is None else self.source.head

    # --- work ---

    def _work(self) -> None:
        if self._task is None and self.state == "producing" and self._wanted() == "producing":
            self._begin_piece()
        task = self._repair or self._task
        if task is not None and task.since is None and task.state == self.state:
            self._run(task)

    def _run(self, task: Task) -> None:
        task.since = self.events.now
        task.turn += 1
        turn = task.turn
        self.events.at(self.events.now + task.left, lambda: self._finish(task, turn))
        if task.state == "producing" and self._until_failure < task.left:
            self.events.at(self.events.now + self._until_failure, lambda: self._fail(task, turn))

    def _finish(self, task: Task, turn: int) -> None:
        if task.turn == turn and task.since is not None:
            self._pause(task)
            task.finish()
            self.look()

    def _pause(self, task: Task) -> None:
        if task.since is None:
            return
        worked = self.events.now - task.since
        task.left -= worked
        task.since = None
        task.turn += 1
        if task.state == "producing":
            self._until_failure -= worked

    def _begin_piece(self) -> None:
        ideal = self.spec.ideal_ns[self._held]
        self._task = Task("producing", self._cycle(ideal), self._finish_piece)
        if self.sink is not None:
            self.sink.reserve()
        for buffer in (self.source, self.joined):
            if buffer is not None:
                buffer.take()

    def _cycle(self, ideal: int) -> int:
        slow = self.rng.gammavariate(2.0, self.spec.cycle_spread / 2)
        if "fast_cycle" in self.broken_assumptions and self.events.now // (20 * MINUTE) % 3 == 0:
            return round(ideal * 0.45)
        return round(ideal * (1 + slow))

    def _finish_piece(self) -> None:
        now, good = self.events.now, self.rng.random() >= self.spec.reject_rate
        self._task = None
        self._counts[0] += 1
        self._counts[1 if good else 2] += 1
        self.total.put(now, float(self._counts[0]))
        self.good.put(now, float(self._counts[1]))
        self.reject.put(now, float(self._counts[2]))
        if self.sink is not None and good:
            self.sink.put(self._held)
        elif self.sink is not None:
            self.sink.release()
        if "flicker" in self.broken_assumptions and self.rng.random() < 0.1:
            self._flicker()

    def _begin_setup(self) -> None:
        self._held = self._next_product()
        self.product.put(self.events.now, self._held)
        took = max(self.dwell_ns, round(self.spec.setup_ns * self.rng.uniform(0.7, 1.5)))
        self._task = Task("setup", took, self._finish_setup)

    def _finish_setup(self) -> None:
        self._task = None

    # --- breakdowns ---

    def _draw_failure(self) -> int:
        return self.dwell_ns + round(self.rng.expovariate(1.0) * self.spec.mtbf_ns)

    def _draw_repair(self) -> int:
        if self.rng.random() < MINOR_STOPS:
            return max(self.dwell_ns, self.rng.randint(125 * SECOND, 280 * SECOND))
        return max(self.dwell_ns, 330 * SECOND, round(self.spec.mttr_ns * self.rng.lognormvariate(0, 0.5)))

    def _fail(self, task: Task, turn: int) -> None:
        if task.turn != turn or self._failing:
            return
        self._until_failure = self._draw_failure() + self.events.now - (task.since or self.events.now)
        self._failing = True
        self.alarm.put(self.events.now, float(self.rng.randint(100, 140)))
        warning = self.rng.randint(*self.spec.alarm_before_ns)
        self.events.at(self.events.now + warning, self._break_down)

    def _break_down(self) -> None:
        self._repair = Task("down", self._draw_repair(), self._finish_repair)
        self.look()

    def _finish_repair(self) -> None:
        self._repair = None
        self._failing = False
        self.alarm.put(self.events.now, 0.0)

    # --- the assumption that is broken on purpose ---

    def _flicker(self) -> None:
        self._flickering = True
        self.enter("idle")
        self.events.at(self.events.now + 3 * SECOND, self._flicker_back)

    def _flicker_back(self) -> None:
        self._flickering = False
        self.enter("producing")
        self.look()
