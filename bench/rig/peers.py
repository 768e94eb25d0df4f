"""What a user would pick instead of the engine: the same answers of one asset's year by numpy, polars, DuckDB and pandas.

Each is written as well as we know how in its own idiom: durations and rises in one pass over the columns, cumulative
sums asked at the calendar's borders only (few), no join per sample. They know nothing of links, r, e or bounds: on a
year without damage their answers must equal the engine's values. A bad sample is left out, a fall of a counter is a
reset; both cost what they cost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.rig.asset_year import ASSET, CYCLE, Year
from evidence_engine.knowledge.stretches import joined
from evidence_engine.vocabulary.instants import HOUR, MINUTE
from evidence_engine.vocabulary.states import STATE_WORDS, State

Ints = NDArray[np.int64]
STATES = tuple(range(len(STATE_WORDS)))
LEAST_STOP = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Answers:
    """What is compared: ns per state in the calendar, pieces in it, energy of the window, failures and their time."""

    states: tuple[int, ...]
    total: int
    good: int
    energy_kwh: float
    integral_kwh: float
    failures: int
    failed: int

    def figures(self, calendar: int) -> dict[str, float]:
        """The KPIs that these give."""
        busy = calendar - self.states[State.PLANNED_STOP]
        producing = self.states[State.PRODUCING]
        hours = (producing + self.states[State.SETUP]) / HOUR
        return {
            "equipment.availability": producing / busy,
            "equipment.effectiveness": CYCLE * self.total / producing,
            "equipment.oee": CYCLE * self.good / busy,
            "production.count_total": float(self.total),
            "production.count_good": float(self.good),
            "energy.electricity": self.energy_kwh,
            "equipment.mtbf": hours / self.failures,
            "equipment.mttr": self.failed / HOUR / self.failures,
        }


@dataclass(frozen=True, slots=True)
class Columns:
    """The year as plain columns: role → (ts, value, quality); borders of the calendar's stretches; the window."""

    of: dict[str, tuple[Ints, NDArray[np.float64], NDArray[np.uint8]]]
    begin: Ints
    end: Ints
    window: tuple[int, int]


def columns_of(year: Year, stretches: Ints) -> Columns:
    """The year's series without their asset's name; stretches that touch are one."""
    stretches = joined(stretches)
    roles = ("state", "count_total", "count_good", "energy_active", "power_active")
    series = {role: year.history.of(f"{ASSET}/{role}") for role in roles}
    of = {role: (s.ts, s.value, s.quality) for role, s in series.items()}
    return Columns(of, stretches[:, 0].copy(), stretches[:, 1].copy(), (year.window.start, year.window.end))


Peer = Callable[[], Answers]


def with_numpy(columns: Columns) -> Peer:
    """numpy, one thread."""

    def answers() -> Answers:
        ts, code = _good(columns, "state")
        spent = []
        dt = np.append(np.diff(ts), 0)
        for state in STATES:
            total = np.cumsum(np.where(code == state, dt, 0)) - np.where(code == state, dt, 0)
            spent.append(
                _at(ts, total, code == state, columns.end) - _at(ts, total, code == state, columns.begin)
            )
        states = tuple(int(each.sum()) for each in spent)
        counts = {
            role: int((_risen(columns, role, columns.end) - _risen(columns, role, columns.begin)).sum())
            for role in ("count_total", "count_good")
        }
        edges = np.array(columns.window, np.int64)
        register = np.diff(_risen(columns, "energy_active", edges))[0]
        at, power = _good(columns, "power_active")
        inner = np.clip(np.append(at, edges[1]), edges[0], edges[1])
        integral = float(np.dot(power, np.diff(inner).astype(np.float64)))
        return Answers(
            states,
            counts["count_total"],
            counts["count_good"],
            float(register),
            integral / HOUR,
            *_failures(ts, code, columns),
        )

    return answers


def _good(columns: Columns, role: str) -> tuple[Ints, NDArray[np.float64]]:
    ts, value, quality = columns.of[role]
    good = quality == 0
    return ts[good], value[good]


def _at(ts: Ints, total: Ints, holds: NDArray[np.bool_], edges: Ints) -> Ints:
    """Time in a state up to each edge."""
    row = np.searchsorted(ts, edges, "right") - 1
    found: Ints = total[row] + np.where(holds[row], edges - ts[row], 0)
    return found


def _risen(columns: Columns, role: str, edges: Ints) -> NDArray[np.float64]:
    ts, value = _good(columns, role)
    step = np.diff(value)
    rises = np.cumsum(np.where(step < 0, value[1:], step))
    row = np.searchsorted(ts, edges, "right") - 1
    return np.where(row > 0, rises[np.maximum(row - 1, 0)], 0.0)


def _failures(ts: Ints, code: NDArray[np.float64], columns: Columns) -> tuple[int, int]:
    """Stays in `down` that begin in the calendar and last."""
    new = np.append(True, code[1:] != code[:-1])
    begin, state = ts[new], code[new]
    length = np.append(np.diff(begin), 0)
    row = np.searchsorted(columns.begin, begin, "right") - 1
    inside = (row >= 0) & (begin < columns.end[row])
    chosen = (state == State.DOWN) & inside & (length >= LEAST_STOP)
    return int(chosen.sum()), int(length[chosen].sum())


def with_polars(columns: Columns) -> Peer:
    """polars, lazy, all cores (POLARS_MAX_THREADS tells otherwise)."""
    import polars as pl

    frames = {
        role: pl.DataFrame({"ts": ts, "value": value, "quality": quality}).lazy()
        for role, (ts, value, quality) in columns.of.items()
    }
    edges = (
        pl.DataFrame(
            {
                "ts": np.concatenate([columns.begin, columns.end]),
                "sign": np.repeat([-1, 1], len(columns.begin)),
            }
        )
        .sort("ts")
        .lazy()
    )
    window = pl.DataFrame({"ts": np.array(columns.window), "sign": np.array([-1, 1])}).lazy()
    good = pl.col("quality") == 0

    def risen(role: str, at: Any) -> Any:
        step = pl.col("value").diff()
        rises = pl.when(step < 0).then(pl.col("value")).otherwise(step).fill_null(0.0).cum_sum()
        told = frames[role].filter(good).select("ts", rises.alias(role))
        return at.join_asof(told, on="ts").select((pl.col(role).fill_null(0.0) * pl.col("sign")).sum())

    def states() -> Any:
        dt = (pl.col("ts").shift(-1) - pl.col("ts")).fill_null(0)
        told = (
            frames["state"]
            .filter(good)
            .select(
                "ts",
                pl.col("ts").alias("since"),
                "value",
                *(
                    pl.when(pl.col("value") == s).then(dt).otherwise(0).cum_sum(reverse=False).alias(f"s{s}")
                    for s in STATES
                ),
                dt.alias("dt"),
            )
        )
        at = edges.join_asof(told, on="ts")
        spent = [
            (
                (
                    pl.col(f"s{s}")
                    + pl.when(pl.col("value") == s)
                    .then(pl.col("ts") - pl.col("since") - pl.col("dt"))
                    .otherwise(0)
                )
                * pl.col("sign")
            )
            .sum()
            .alias(f"s{s}")
            for s in STATES
        ]
        return at.select(spent)

    def failures() -> Any:
        told = (
            frames["state"].filter(good).filter(pl.col("value") != pl.col("value").shift(1, fill_value=-1.0))
        )
        stays = told.with_columns((pl.col("ts").shift(-1) - pl.col("ts")).alias("length")).filter(
            (pl.col("value") == float(State.DOWN)) & (pl.col("length") >= LEAST_STOP)
        )
        inside = stays.join_asof(edges.rename({"ts": "edge"}), left_on="ts", right_on="edge").filter(
            pl.col("sign") == -1
        )
        return inside.select(pl.len(), pl.col("length").sum())

    def integral() -> Any:
        start, end = columns.window
        following = pl.col("ts").shift(-1, fill_value=end)
        dt = following.clip(start, end) - pl.col("ts").clip(start, end)
        return frames["power_active"].filter(good).select((pl.col("value") * dt).sum())

    def answers() -> Answers:
        spent, total, made, register, power, failed = pl.collect_all(
            [
                states(),
                risen("count_total", edges),
                risen("count_good", edges),
                risen("energy_active", window),
                integral(),
                failures(),
            ]
        )
        return Answers(
            tuple(int(x) for x in spent.row(0)), int(total.item()), int(made.item()), float(register.item()),
            float(power.item()) / HOUR, int(failed.row(0)[0]), int(failed.row(0)[1]),
        )  # fmt: skip

    return answers


def with_pandas(columns: Columns) -> Peer:
    """pandas."""
    import pandas as pd

    frames = {
        role: pd.DataFrame({"ts": ts, "value": value, "quality": quality})
        for role, (ts, value, quality) in columns.of.items()
    }
    edges = pd.DataFrame(
        {"ts": np.concatenate([columns.begin, columns.end]), "sign": np.repeat([-1, 1], len(columns.begin))}
    ).sort_values("ts", kind="stable")
    window = pd.DataFrame({"ts": np.array(columns.window), "sign": [-1, 1]})

    def good(role: str) -> Any:
        frame = frames[role]
        return frame[frame["quality"] == 0]

    def risen(role: str, at: Any) -> float:
        told = good(role)
        step = told["value"].diff()
        rises = step.where(step >= 0, told["value"])
        rises.iloc[0] = 0.0
        both = pd.merge_asof(at, pd.DataFrame({"ts": told["ts"], "risen": rises.cumsum()}), on="ts")
        return float((both["risen"].fillna(0.0) * both["sign"]).sum())

    def answers() -> Answers:
        told = good("state")
        dt = told["ts"].shift(-1, fill_value=told["ts"].iloc[-1]) - told["ts"]
        table = pd.DataFrame({"ts": told["ts"], "since": told["ts"], "value": told["value"]})
        for s in STATES:
            held = dt.where(told["value"] == s, 0)
            table[f"s{s}"] = held.cumsum() - held
        both = pd.merge_asof(edges, table, on="ts")
        more = both["ts"] - both["since"]
        states = tuple(
            int(((both[f"s{s}"] + more.where(both["value"] == s, 0)) * both["sign"]).sum()) for s in STATES
        )
        power = good("power_active")
        start, end = columns.window
        inner = power["ts"].shift(-1, fill_value=end).clip(start, end) - power["ts"].clip(start, end)
        integral = float((power["value"] * inner).sum()) / HOUR
        stays = told[told["value"] != told["value"].shift(1)]
        length = stays["ts"].shift(-1) - stays["ts"]
        lasting = stays[(stays["value"] == float(State.DOWN)) & (length >= LEAST_STOP)].assign(length=length)
        inside = pd.merge_asof(lasting, edges, on="ts")
        inside = inside[inside["sign"] == -1]
        return Answers(
            states, int(risen("count_total", edges)), int(risen("count_good", edges)), risen("energy_active", window),
            integral, len(inside), int(inside["length"].sum()),
        )  # fmt: skip

    return answers


_DUCKDB = """
with edges as materialized (select * from edge),
state as (select ts, value, coalesce(lead(ts) over (order by ts) - ts, 0) dt from state_ where quality = 0),
held as (select ts, value, dt, {held} from state),
asked as (select e.ts edge, e.sign, h.* from edges e asof join held h on e.ts >= h.ts),
spent as (select {spent} from asked),
runs as (select ts, value, lag(value) over (order by ts) before from state),
stays as (select ts, value, lead(ts) over (order by ts) - ts length from runs where value is distinct from before),
failed as (select count(*) n, coalesce(sum(length), 0) t from
  (select s.length, e.sign from stays s asof join edges e on s.ts >= e.ts
   where s.value = {down} and s.length >= {least}) where sign = -1),
total as ({total}), good as ({good}), register as ({register}),
power as (select sum(value * (least(greatest(following, {start}), {end}) - least(greatest(ts, {start}), {end}))) p from
  (select ts, value, coalesce(lead(ts) over (order by ts), {end}) following from power_active_ where quality = 0))
select spent.*, total.r, good.r, register.r, power.p, failed.n, failed.t
from spent, total, good, register, power, failed
"""

_RISEN = """
select sum(coalesce(risen, 0) * sign) r from {at} e asof left join
  (select ts, sum(rise) over (order by ts rows unbounded preceding) risen from
    (select ts, case when b is null then 0 when value < b then value else value - b end rise from
      (select ts, value, lag(value) over (order by ts) b from {role}_ where quality = 0))) c on e.ts >= c.ts
"""


def with_duckdb(columns: Columns) -> Peer:
    """DuckDB, its own tables in memory, all cores."""
    import duckdb
    import pyarrow as pa

    base = duckdb.connect()
    for role, (ts, value, quality) in columns.of.items():
        given = pa.table({"ts": ts, "value": value, "quality": quality})
        base.register("given", given)
        base.execute(f"create table {role}_ as select * from given")
        base.unregister("given")
    signs = np.repeat([-1, 1], len(columns.begin))
    edge = pa.table({"ts": np.concatenate([columns.begin, columns.end]), "sign": signs})
    base.register("given", edge.sort_by("ts"))
    base.execute("create table edge as select * from given")
    base.execute(
        "create table span as select * from (values (?::bigint, -1), (?::bigint, 1)) t(ts, sign)",
        columns.window,
    )
    rows = "over (order by ts rows unbounded preceding)"
    query = _DUCKDB.format(
        held=", ".join(f"sum(case when value = {s} then dt else 0 end) {rows} s{s}" for s in STATES),
        spent=", ".join(
            f"sum((s{s} + case when value = {s} then edge - ts - dt else 0 end) * sign)" for s in STATES
        ),
        down=int(State.DOWN), least=LEAST_STOP, start=columns.window[0], end=columns.window[1],
        total=_RISEN.format(role="count_total", at="edges"),
        good=_RISEN.format(role="count_good", at="edges"),
        register=_RISEN.format(role="energy_active", at="span"),
    )  # fmt: skip

    def answers() -> Answers:
        row = base.execute(query).fetchone()
        assert row is not None
        states = tuple(int(x) for x in row[: len(STATES)])
        total, good, register, power, n, length = row[len(STATES) :]
        return Answers(
            states, int(total), int(good), float(register), float(power) / HOUR, int(n), int(length)
        )

    return answers


PEERS = {"numpy": with_numpy, "polars": with_polars, "pandas": with_pandas, "DuckDB": with_duckdb}
"""In the order in which they are shown."""
