"""Reading one series: until when each of its samples is known, and by which facts (D3, D5, D29, D31)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.facts import Regime, regimes_of, series_of_connections
from evidence_engine.knowledge.links import NO_LINK, Link, link_of
from evidence_engine.knowledge.stretches import LAST, Stretches, stretches_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD, UNCERTAIN, Samples


@dataclass(frozen=True, slots=True)
class Reading:
    """The samples of one series and what they prove; all int64[n], ns.

    good: bool[n], quality and value are fit for use · until: when knowledge of the sample's value ends, its own ts
    where it has none · resolution, error: r and e by the facts valid at the sample · looks, off: the largest r and e that the
    facts say while it is known · limitations: codes.
    """

    ts: NDArray[np.int64]
    good: NDArray[np.bool_]
    until: NDArray[np.int64]
    resolution: NDArray[np.int64]
    error: NDArray[np.int64]
    looks: NDArray[np.int64]
    off: NDArray[np.int64]
    limitations: tuple[str, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Samples that are known for some time."""
        found: NDArray[np.bool_] = self.until > self.ts
        return found

    def follows(self) -> NDArray[np.bool_]:
        """bool[n]: the sample is known and so is the time right before it: it goes on a run of knowledge."""
        known = self.known
        after: NDArray[np.bool_] = (
            known & np.append(False, known[:-1] & (self.until[:-1] == self.ts[1:]))[: len(known)]
        )
        return after

    def believing(self, good: NDArray[np.bool_]) -> "Reading":
        """The same with fewer good samples: the others end the value before them and are unknown."""
        until = np.where(good, self.until, self.ts)
        return replace(self, good=good, until=until)


def regimes_at(regimes: list[Regime], ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of the regime that is valid at each instant."""
    starts = np.array([regime.start for regime in regimes], np.int64)
    return np.searchsorted(starts, ts, "right") - 1


def read(history: History, plant: Plant, series: str, fit: NDArray[np.bool_]) -> Reading:
    """The reading of a series; `fit`[n] says which samples have a value that can be used (mapped, finite, …)."""
    samples = history.of(series)
    regimes = regimes_of(history, plant, series)
    at = regimes_at(regimes, samples.ts)
    good = fit & _quality_good(samples, regimes, at) & ~_invalid(samples, regimes, at)
    until = samples.ts.copy()
    loose = np.zeros(len(samples), np.bool_)
    for index, regime in enumerate(regimes):
        rows = at == index
        if rows.any():
            link = _link(history, plant, regime)
            alone = rows & _before_link(samples.ts, link)
            until = np.where(rows & ~alone, _linked(samples.ts, link), until)
            if alone.any():
                until = np.where(alone, _held(samples.ts, link, regime, _import_end(history, plant)), until)
                loose |= alone
    following = np.append(samples.ts[1:], LAST)[: len(samples)]
    until = np.where(good, np.maximum(np.minimum(until, following), samples.ts), samples.ts)
    limits = _limitations(samples, regimes, at, good, loose)
    resolution = np.array([regime.resolution for regime in regimes], np.int64)
    error = np.array([regime.error for regime in regimes], np.int64)
    last = regimes_at(regimes, until - 1)
    return Reading(
        samples.ts,
        good,
        until,
        resolution[at],
        error[at],
        _largest(resolution, at, last),
        _largest(error, at, last),
        tuple(limits),
    )


def _largest(
    lengths: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Of the regimes from each sample's own to the one valid at the end of its knowledge, the largest length."""
    found = lengths[first]
    for row in np.flatnonzero(last > first).tolist():
        found[row] = lengths[first[row] : last[row] + 1].max()
    return found


def _link(history: History, plant: Plant, regime: Regime) -> Link:
    return NO_LINK if regime.connection is None else link_of(history, regime.connection, plant)


def _before_link(ts: NDArray[np.int64], link: Link) -> NDArray[np.bool_]:
    """Samples before a link's first row count as having no link (D29)."""
    return ts < (LAST if link.first_row is None else link.first_row)


def _linked(ts: NDArray[np.int64], link: Link) -> NDArray[np.int64]:
    """The end of the stretch that each sample lies in, its own ts where it lies in none (D3)."""
    if not len(link.speaks):
        return ts
    at = np.searchsorted(link.speaks[:, 0], ts, "right") - 1
    end = link.speaks[at, 1]
    return np.where((at >= 0) & (ts < end), end, ts)


def _held(ts: NDArray[np.int64], link: Link, regime: Regime, import_end: int) -> NDArray[np.int64]:
    """Without a link: `max_hold`, not beyond the import's last row, and not into the time of a link (D5)."""
    limit = min(import_end, LAST if link.first_row is None else link.first_row)
    return np.minimum(ts + regime.hold, limit)


def _import_end(history: History, plant: Plant) -> int:
    """The last row that came without a link: the import's last (D5)."""
    first_row = {
        series: int(rows.ts[0])
        for name, hanging in series_of_connections(history, plant).items()
        if len(rows := history.of(series_name(f"@{name}", "link")))
        for series in hanging
    }
    last = LAST * -1
    for series, samples in history.series.items():
        end = np.searchsorted(samples.ts, first_row.get(series, LAST))
        if end and not series.startswith("@"):
            last = max(last, int(samples.ts[end - 1]))
    return last


def _quality_good(samples: Samples, regimes: list[Regime], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Uncertain counts as bad unless the tag accepts it (D5)."""
    accepts = np.array([regime.facts.accept_uncertain for regime in regimes], np.bool_)[at]
    return np.asarray((samples.quality == GOOD) | (accepts & (samples.quality == UNCERTAIN)))


def _invalid(samples: Samples, regimes: list[Regime], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Values that the facts call 'no value' (D11)."""
    found = np.zeros(len(samples), np.bool_)
    for index, regime in enumerate(regimes):
        if regime.facts.invalid:
            found |= (at == index) & np.isin(samples.value, regime.facts.invalid)
    return found


def _limitations(
    samples: Samples,
    regimes: list[Regime],
    at: NDArray[np.int64],
    good: NDArray[np.bool_],
    loose: NDArray[np.bool_],
) -> Iterator[str]:
    used = [regimes[index] for index in np.unique(at)]
    if (loose & good).any():
        yield "no_link_max_hold"
    if any(not regime.stated for regime in used):
        yield "resolution_unstated"
    if any(regime.facts.time_error_assumed for regime in used):
        yield "time_error_assumed"
    if any(regime.protocol == "opcua" for regime in used):
        yield "assumes_subscription"
    if (good & (samples.quality == UNCERTAIN)).any():
        yield "uncertain_accepted"


def runs_of(reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last row of each unbroken run of knowledge."""
    known, follows = reading.known, reading.follows()
    first = np.flatnonzero(known & ~follows)
    last = np.flatnonzero(known & ~np.append(follows[1:], False)[: len(known)])
    return first, last


def margins_of(reading: Reading) -> Stretches:
    """For the bounds: the first e of each run of knowledge and the last r + e before its end are unknown (D5)."""
    first, last = runs_of(reading)
    start, end = reading.ts[first], reading.until[last]
    head = np.minimum(start + reading.error[first], end)
    tail = np.maximum(end - reading.looks[last] - reading.off[last], start)
    return np.concatenate([stretches_of(start, head), stretches_of(tail, end)])


def changes_of(
    reading: Reading, differs: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The either-stretches (D5): rows j whose value differs[j] from that of j - 1, and where each begins and ends.

    `[max(t1, t2 − r) − e, t2 + e)`, cut to the run of knowledge that holds it; where the facts changed between the
    two samples the larger r and e count.
    """
    first, last = runs_of(reading)
    rows = np.flatnonzero(reading.follows() & differs)
    run = np.searchsorted(first, rows, "right") - 1
    before, ts = rows - 1, reading.ts
    resolution = np.maximum(reading.looks[before], reading.resolution[rows])
    error = np.maximum(reading.off[before], reading.error[rows])
    start = np.maximum(ts[before], ts[rows] - resolution) - error
    start = np.maximum(start, ts[first][run])
    return rows, start, np.minimum(ts[rows] + error, reading.until[last][run])
