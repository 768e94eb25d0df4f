"""Small plants and histories for the tests of knowledge, with seconds or single nanoseconds as their unit of time."""

from collections.abc import Mapping, Sequence

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import BAD, GOOD, Samples, samples_of

NAME = {"zh": "机床", "en": "machine"}
STATES = {"0": "producing", "1": "idle", "2": "down", "3": "planned_stop"}


def plant(
    connections: Sequence[ConnectionFacts] = (),
    series: Mapping[str, SeriesFacts] | None = None,
    **asset: object,
) -> Plant:
    """One CNC machine `A` whose fastest cycle is 10 s."""
    machine: dict[str, object] = {"kind": "cnc", "name": NAME, "ideal_cycle": {"*": 10.0}, "states": STATES}
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "S", "name": NAME, "time_zone": "Asia/Shanghai"},
            "products": {"p": {"name": NAME, "code": 7}, "q": {"name": NAME}},
            "assets": {"A": machine | asset},
            "connections": {facts.connection: facts for facts in connections},
            "series": dict(series or {}),
        }
    )


def facts(
    series: str | None = None,
    connection: str = "c",
    timeout: float = 75.0,
    hold: float = 600.0,
    **of_series: object,
) -> ConnectionFacts:
    """The facts of connection `c` with one series on it."""
    stated = {} if series is None else {series: SeriesFacts(**of_series)}  # type: ignore[arg-type]
    return ConnectionFacts(connection=connection, timeout=timeout, max_hold=hold, series=stated)


def at(*seconds: float) -> list[int]:
    """Seconds as instants."""
    return [round(s * NS) for s in seconds]


def rows(*pairs: tuple[float, float | None], unit: int = NS) -> Samples:
    """Samples from (time, value); None is a bad sample."""
    return samples_of(
        [round(t * unit) for t, _ in pairs],
        [float("nan") if v is None else v for _, v in pairs],
        [BAD if v is None else GOOD for _, v in pairs],
    )


def beats(start: float, end: float, period: float = 30.0, after_zero: bool = True) -> Samples:
    """A link that is up from start to end: a 0 just before, then 1s."""
    pairs: list[tuple[float, float | None]] = [(start - 1, 0)] if after_zero else []
    t = start
    while t < end:
        pairs.append((t, 1))
        t += period
    return rows(*pairs, (end, 1))


def history(**series: Samples) -> History:
    """Series by names with `__` for `/` and a leading `link` for the connection's: link, A__state, …"""
    names = {"@c/link" if key == "link" else key.replace("__", "/"): value for key, value in series.items()}
    return History(names)
