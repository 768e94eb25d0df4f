"""What the engine makes of an MTConnect log: once as a bare log, and once with the adapter's rows as proof of contact."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from bench.rig import mtconnect
from bench.rig.mtconnect import Log
from evidence_engine.assess import assess
from evidence_engine.evidence.record import Record
from evidence_engine.knowledge.counters import StepKind
from evidence_engine.knowledge.held import Held, held_of
from evidence_engine.knowledge.links import link_of
from evidence_engine.kpis.energy import Taken, register_taken
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, NS
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD, Samples
from evidence_engine.vocabulary.states import UNKNOWN
from evidence_engine.vocabulary.window import Window

HOLD = 600.0
"""s, the longest hold of a value without a link: the engine's default."""
TIMEOUT = 75.0
"""s, the engine's default: rows further apart prove nothing between them."""
TIME_ERROR = 2.0
"""s: the adapter looks at the control about once a second and stamps what it finds; nobody measured it."""
REGISTERS = ("total_time", "auto_time", "cut_time")
"""Seconds that the control counts itself: under power, in automatic operation, cutting."""
COUNT, PROGRAM = "PartCountAct", "program"
PER_HOUR = 3600.0
MOST_CODES = 63
"""What a mask of the engine can tell apart."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Hours of a state in a window: by the plain reading, surely, at most."""

    plain: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the log: evidence of the window by KPI, time by state (`unknown` too) and by what the machine said,
    registers in microhours, hours by program, hours in which contact was proven.

    executing: time in which a program was under way, interrupted or held, in any mode.
    """

    records: Mapping[str, Record]
    states: Mapping[str, Spans]
    said: Mapping[str, Spans]
    executing: Spans
    registers: Mapping[str, Taken]
    programs: Mapping[str, float]
    links: float


@dataclass(frozen=True, slots=True)
class MachineDay:
    """One machine on one day (UTC), in the window from the first to the last row that says anything.

    codes: how often each was said · refused: what was not believed, by words · looks: s between two rows of `total_time` ·
    ahead: s by which `total_time` rose more than the stamps of its own first and last row are apart.
    """

    log: Log
    day: str
    window: Window
    bare: Reading
    proven: Reading
    whole_day: Mapping[str, Record]
    codes: Counter[str]
    unmapped: tuple[str, ...]
    refused: Counter[str]
    looks: tuple[float, float]
    ahead: float | None


def machine_days(logs: Sequence[Log]) -> list[MachineDay]:
    """All days of all machines."""
    return [found for log in logs for found in _days_of(log)]


@dataclass(frozen=True, slots=True)
class _Case:
    """Plant and history of one machine by one way to read its log."""

    asset: str
    plant: Plant
    history: History

    @property
    def state(self) -> Samples:
        """What the machine said."""
        return self.history.of(series_name(self.asset, "state"))

    def known(self, name: str = "") -> AssetKnowledge:
        return AssetKnowledge(self.plant, self.history, name or self.asset)


def _connection(log: Log) -> str:
    return f"{log.asset.lower()}-adapter"


def _plain_series(log: Log) -> dict[str, Samples]:
    found = {
        series_name(log.asset, "count_total"): mtconnect.numbers(log.of(COUNT)),
        series_name(log.asset, "product"): mtconnect.texts(log.of(PROGRAM)),
    }
    for name in REGISTERS:
        rows = mtconnect.numbers(log.of(name), PER_HOUR)
        found[series_name(_register(log, name), "run_time")] = rows
    return found


def _register(log: Log, name: str) -> str:
    """Each register is an asset of its own, since an asset has one of a kind."""
    return f"{log.asset}.{name}"


def _case(log: Log, *, with_link: bool) -> _Case:
    series, name = _plain_series(log), _connection(log)
    until = mtconnect.held_for(HOLD)
    if with_link:
        series[mtconnect.link_series(name)] = mtconnect.link_rows(log)
        until = mtconnect.proven_by(History(series), name)
    state = mtconnect.state_rows(log, until)
    series[series_name(log.asset, "state")] = state
    snapshot = sha256("".join(digest for _, digest in log.files).encode()).hexdigest()
    return _Case(log.asset, _plant(log, state, series), History(series, snapshot=f"sha256:{snapshot}"))


def _plant(log: Log, state: Samples, series: Mapping[str, Samples]) -> Plant:
    """All that is stated about the machine: nobody states shifts or cycles, so it is on the calendar all day."""
    programs = sorted({row.value for row in log.of(PROGRAM) if row.is_known})
    machine = {"kind": "cnc", "name": _name(log.asset), "states": mtconnect.state_words(state)}
    registers = {_register(log, name): {"kind": "other", "name": _name(name)} for name in REGISTERS}
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "smstestbed", "name": _name("NIST SMS Test Bed"), "time_zone": "UTC"},
            "calendars": {"all-day": {"shifts": [{"name": "day", "start": "00:00", "end": "00:00"}]}},
            "default_calendar": "all-day",
            "products": {program: {"name": _name(program)} for program in programs},
            "assets": {log.asset: machine, **registers},
            "connections": {_connection(log): _facts(log, series)},
        }
    )


def _name(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def _facts(log: Log, series: Mapping[str, Samples]) -> ConnectionFacts:
    """A log of changes (resolution 0); stamps off by up to `TIME_ERROR`, which is an assumption."""
    told = SeriesFacts(resolution=0.0, time_error=TIME_ERROR, time_error_assumed=True)
    hours = told.model_copy(update={"step": 1 / PER_HOUR, "unit": "h"})
    return ConnectionFacts(
        connection=_connection(log),
        timeout=TIMEOUT,
        max_hold=HOLD,
        series={
            name: hours if name.endswith("/run_time") else told for name in series if not name.startswith("@")
        },
    )


def _days_of(log: Log) -> list[MachineDay]:
    bare, proven = _case(log, with_link=False), _case(log, with_link=True)
    return [_machine_day(log, window, bare, proven) for window in _windows(log)]


def _windows(log: Log) -> list[Window]:
    """Per UTC day with a row that says anything: from the first to the last of them, whole seconds."""
    said = np.array([row.ts for row in log.rows if row.is_known and row.item in _SAYING], np.int64)
    found = []
    for day in np.unique(said // DAY).tolist():
        within = said[said // DAY == day]
        first, last = int(within[0]) // NS * NS, -(-int(within[-1]) // NS) * NS
        if last > first:
            found.append(Window(first, min(last, (day + 1) * DAY), name=str(np.datetime64(day, "D"))))
    return found


_SAYING = frozenset({*mtconnect.CONTACT, *REGISTERS, COUNT, PROGRAM})


def _machine_day(log: Log, window: Window, bare: _Case, proven: _Case) -> MachineDay:
    midnight = window.start // DAY * DAY
    day = Window(midnight, midnight + DAY, "day", window.name)
    return MachineDay(
        log=log,
        day=window.name,
        window=window,
        bare=_reading(bare, window),
        proven=_reading(proven, window),
        whole_day=_records(proven, day),
        codes=mtconnect.seen_codes(proven.state.between(window.start, window.end)),
        unmapped=proven.known().state.unmapped,
        refused=_refused(proven, window),
        looks=_looks(log, window),
        ahead=_ahead(log, window),
    )


def _records(case: _Case, window: Window) -> dict[str, Record]:
    found = assess(case.plant, case.history, [window])
    return {record.kpi: record for record in found if record.subject.get("asset") == case.asset}


def _reading(case: _Case, window: Window) -> Reading:
    connection = next(iter(case.plant.connections))
    up = link_of(case.history, connection, case.plant).up
    inside = np.clip(up, window.start, window.end)
    return Reading(
        records=_records(case, window),
        states=_states(case, window),
        said=_said(case, window),
        executing=_executing(case, window),
        registers={
            name: register_taken(
                case.known(f"{case.asset}.{name}").medium("run_time"), window.start, window.end
            )
            for name in REGISTERS
            if case.known(f"{case.asset}.{name}").has("run_time")
        },
        programs=_programs(case, window),
        links=_hours(int((inside[:, 1] - inside[:, 0]).sum())),
    )


def _hours(ns: int) -> float:
    return ns / (3600 * NS)


def _span(window: Window) -> np.ndarray:
    return np.array([[window.start, window.end]], np.int64)


def _states(case: _Case, window: Window) -> dict[str, Spans]:
    """Hours per state."""
    return _hours_by_category(case.known().state, window)


def _hours_by_category(held: Held, window: Window) -> dict[str, Spans]:
    """Surely where nothing else may hold, at most wherever it may."""
    pieces = held.within(_span(window))
    plain, masks = pieces.plain_time(), pieces.mask_time()
    found = {}
    for index, name in enumerate(held.names):
        bit = 1 << index
        most = sum(ns for mask, ns in masks.items() if mask & bit)
        found[name] = Spans(_hours(plain.get(index, 0)), _hours(masks.get(bit, 0)), _hours(most))
    found["unknown"] = Spans(_hours(plain.get(UNKNOWN, 0)), 0.0, _hours(masks.get(pieces.full, 0)))
    return found


def _said(case: _Case, window: Window) -> dict[str, Spans]:
    """Hours of what the machine itself said, before it is mapped."""
    codes = sorted(mtconnect.seen_codes(case.state))[:MOST_CODES]
    return _hours_by_category(_grouped(case, {code: code for code in codes}, codes), window)


def _executing(case: _Case, window: Window) -> Spans:
    """Hours in which a program was under way, whether it moved or was held."""
    groups = {
        code: "executing" if code.split(" ")[0] in mtconnect.UNDER_WAY else "other"
        for code in mtconnect.seen_codes(case.state)
    }
    return _hours_by_category(_grouped(case, groups, ["executing", "other"]), window)["executing"]


def _grouped(case: _Case, groups: Mapping[str, str], names: Sequence[str]) -> Held:
    index = {code: names.index(name) for code, name in groups.items()}
    series = series_name(case.asset, "state")
    return held_of(case.history, case.plant, series, index, names, "unmapped_state_code")


def _programs(case: _Case, window: Window) -> dict[str, float]:
    held = case.known().product
    time = held.within(_span(window)).plain_time()
    return {held.names[at] if at >= 0 else "": _hours(ns) for at, ns in sorted(time.items())}


def _refused(case: _Case, window: Window) -> Counter[str]:
    """What was not believed in the window: bad readings, and what counters' steps were taken for."""
    found: Counter[str] = Counter()
    for name, samples in case.history.series.items():
        bad = samples.between(window.start, window.end).quality
        found["a reading that says UNAVAILABLE, or a state whose parts ceased to be known"] += int(
            (bad > 0).sum()
        )
        if name.endswith(("/count_total", "/run_time")) and len(samples):
            _count_steps(case, name, window, found)
    return Counter({what: count for what, count in found.items() if count})


def _count_steps(case: _Case, name: str, window: Window, found: Counter[str]) -> None:
    asset, _, role = name.rpartition("/")
    steps = case.known(asset).steps(role)
    touching = (steps.t2 > window.start) & (steps.t2 <= window.end)
    label = asset.rpartition(".")[2] if role == "run_time" else COUNT
    for kind in StepKind:
        if kind is not StepKind.RISE:
            found[f"`{label}`: a step taken for {kind.name.lower()}"] += int(
                (steps.kind[touching] == kind).sum()
            )
    found[f"`{label}`: a sum over unknown time (bridged)"] += int((~steps.seen[touching]).sum())
    found[f"`{label}`: a rise that is not credible (jump)"] += _inside(steps.jumped, window)
    found[f"`{label}`: an instant that disproves the limit of one hour an hour"] += _inside(
        steps.disproved, window
    )


def _inside(instants: np.ndarray, window: Window) -> int:
    return int(((instants > window.start) & (instants <= window.end)).sum())


def _looks(log: Log, window: Window) -> tuple[float, float]:
    """Seconds between two rows of the register that always runs: median and 99.9 % quantile; NaN without one."""
    ts = np.array([row.ts for row in log.of("total_time") if window.start <= row.ts < window.end], np.int64)
    if len(ts) < 2:
        return float("nan"), float("nan")
    gaps = np.diff(ts) / NS
    return float(np.median(gaps)), float(np.quantile(gaps, 0.999))


def _ahead(log: Log, window: Window) -> float | None:
    """The control's seconds less those of the stamps; None without two readings, or where it fell."""
    told = mtconnect.numbers(log.of("total_time")).between(window.start, window.end)
    good = told.quality == GOOD
    ts, seconds = told.ts[good], told.value[good]
    if len(ts) < 2 or (np.diff(seconds) < 0).any():
        return None
    return float(seconds[-1] - seconds[0]) - int(ts[-1] - ts[0]) / NS
