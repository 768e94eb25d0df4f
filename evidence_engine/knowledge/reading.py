"""Reading one series: by which facts its samples are read, and until when each is known (D3, D5, D29, D31)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import held as kernel
from evidence_engine.kernels import series as dense
from evidence_engine.knowledge.facts import Regime, regimes_of, series_of_connections
from evidence_engine.knowledge.links import NO_LINK, Link, link_of
from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches, stretches_of
from evidence_engine.vocabulary.history import Before, History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import BAD, GOOD, UNCERTAIN, Samples

_NO_HOLD = 2**61
"""Under a link a value holds as long as the stretch does."""


class Links:
    """What the connections of one history prove, by the facts of one plant."""

    def __init__(self, history: History, plant: Plant) -> None:
        self.history, self.plant = history, plant

    def of(self, connection: str | None) -> Link:
        """The link of a connection, NO_LINK without one."""
        return NO_LINK if connection is None else link_of(self.history, connection, self.plant)

    @property
    def import_end(self) -> int:
        """The last row that came without a link: the import's last (D5)."""
        return self.history.once("import end", self._import_end, self.plant)

    def _import_end(self) -> int:
        first_row = {
            series: int(rows.ts[0])
            for name, hanging in series_of_connections(self.history, self.plant).items()
            if len(rows := self.history.of(series_name(f"@{name}", "link")))
            for series in hanging
        }
        last = LAST * -1 if self.history.past is None else self.history.past.import_end
        for series, samples in self.history.series.items():
            end = np.searchsorted(samples.ts, first_row.get(series, LAST))
            if end and not series.startswith("@"):
                last = max(last, int(samples.ts[end - 1]))
        return last


@dataclass(frozen=True, slots=True)
class Sight:
    """A series ready for a dense pass: its columns, the spans and regimes by which they are read, and what was before."""

    series: dense.Series
    proof: dense.Proof
    regimes: list[Regime]
    before: Before

    def limitations(self, flags: int) -> frozenset[str]:
        """Codes of what the samples rest on; `flags` as the kernels tell them."""
        return self.before.codes.union(self._said(flags))

    def _said(self, flags: int) -> Iterator[str]:
        ts = self.series.ts
        edges = [0, *ts.searchsorted([regime.start for regime in self.regimes[1:]]).tolist(), len(ts)]
        used = [regime for regime, (a, b) in zip(self.regimes, pairwise(edges), strict=True) if a < b]
        if flags & kernel.LOOSE_GOOD:
            yield "no_link_max_hold"
        if any(not regime.stated for regime in used):
            yield "resolution_unstated"
        if any(regime.facts.time_error_assumed for regime in used):
            yield "time_error_assumed"
        if any(regime.protocol == "opcua" for regime in used):
            yield "assumes_subscription"
        if flags & kernel.UNCERTAIN_GOOD:
            yield "uncertain_accepted"
        if flags & kernel.INEXACT:
            yield "precision_lost"


def sight_of(links: Links, series: str, exchanges: Mapping[int, int] | None = None) -> Sight:
    """How a series is read; `exchanges`: instant of each declared exchange of a meter → what it adds from then on."""
    samples = links.history.of(series)
    regimes = regimes_of(links.history, links.plant, series)
    ends = [*(regime.start for regime in regimes[1:]), LAST]
    proof = _proof(links, regimes, ends, samples.ts)
    if exchanges:
        proof = proof._replace(spans=_with_bases(proof.spans, exchanges))
    columns = dense.Series(samples.ts, samples.value, _quality(samples, regimes, ends))
    return Sight(columns, proof, regimes, links.history.before(series))


class _Part(NamedTuple):
    """One regime until its end; series with equal parts share their spans.

    alone: until when it has no link · known: until when what came before is known at most.
    """

    start: int
    end: int
    connection: str | None
    resolution: int
    error: int
    hold: int
    accepts: int
    alone: int
    known: int


def _proof(links: Links, regimes: list[Regime], ends: list[int], ts: NDArray[np.int64]) -> dense.Proof:
    """The spans and regimes by which a series of these instants is read, once for all that are read alike."""
    parts = tuple(_part(links, regime, end, ts) for regime, end in zip(regimes, ends, strict=True))
    return links.history.once(("proof", parts), lambda: _proof_of(links, parts), links.plant)


def _part(links: Links, regime: Regime, end: int, ts: NDArray[np.int64]) -> _Part:
    """Samples before a link's first row count as having no link, and are not known beyond it (D5, D29)."""
    first_row = links.of(regime.connection).first_row
    alone = end if first_row is None else min(first_row, end)
    known = FIRST
    if len(ts) and ts[0] < alone and (at := int(ts.searchsorted(regime.start))) < len(ts) and ts[at] < alone:
        known = min(links.import_end, LAST if first_row is None else first_row)
    accepts = UNCERTAIN if regime.facts.accept_uncertain else GOOD
    return _Part(
        regime.start,
        end,
        regime.connection,
        regime.resolution,
        regime.error,
        regime.hold,
        accepts,
        alone,
        known,
    )


def _proof_of(links: Links, parts: tuple[_Part, ...]) -> dense.Proof:
    spans = np.concatenate([_spans(links.of(part.connection), part) for part in parts])
    spans[:, dense.END] = np.append(spans[1:, dense.START], LAST * 2 - 1)
    regimes = np.array([(part.start, part.resolution, part.error) for part in parts], np.int64)
    return dense.Proof(spans, regimes)


def _spans(link: Link, part: _Part) -> NDArray[np.int64]:
    """The spans of one regime: without a link, then stretch by stretch."""
    start, alone, end = part.start, part.alone, part.end
    starts = [np.array([start], np.int64)] if start < alone else []
    stops = [np.array([part.known], np.int64)] if start < alone else []
    if alone < end:
        begin = max(alone, start)
        speaks = link.speaks[(link.speaks[:, 1] > begin) & (link.speaks[:, 0] < end)]
        edges = np.append(np.int64(begin), np.clip(speaks.ravel(), begin, end))
        ends = np.append(np.int64(FIRST), np.stack([speaks[:, 1], np.full(len(speaks), FIRST)], 1).ravel())
        keep = np.flatnonzero(np.append(edges[:-1] < edges[1:], edges[-1] < end))
        starts.append(edges[keep])
        stops.append(ends[keep])
    found = np.zeros((sum(map(len, starts)), dense.SPAN_COLUMNS), np.int64)
    if not len(found):
        return found
    found[:, dense.START], found[:, dense.STOP] = np.concatenate(starts), np.concatenate(stops)
    is_alone = found[:, dense.START] < alone
    found[:, dense.HOLD] = np.where(is_alone, part.hold, _NO_HOLD)
    found[:, dense.R], found[:, dense.E] = part.resolution, part.error
    found[:, dense.ACCEPTS] = part.accepts
    found[:, dense.LOOSE] = is_alone
    return found


def _with_bases(spans: NDArray[np.int64], exchanges: Mapping[int, int]) -> NDArray[np.int64]:
    """A copy, cut at the exchanges of a meter, each span with the sum of what those before it add."""
    spans = spans.copy()
    for instant, shift in exchanges.items():
        at = int(np.searchsorted(spans[:, dense.START], instant, "right")) - 1
        if spans[at, dense.START] < instant:
            spans = np.insert(spans, at + 1, spans[at], axis=0)
            spans[at + 1, dense.START] = instant
        spans[spans[:, dense.START] >= instant, dense.BASE] += shift
    spans[:-1, dense.END] = spans[1:, dense.START]
    return spans


def _quality(samples: Samples, regimes: list[Regime], ends: list[int]) -> NDArray[np.uint8]:
    """The qualities; a value that the facts call 'no value' is bad (D11)."""
    quality = samples.quality
    for regime, end in zip(regimes, ends, strict=True):
        if regime.facts.invalid:
            first, last = np.searchsorted(samples.ts, [regime.start, end])
            quality = quality.copy()
            quality[first:last][np.isin(samples.value[first:last], regime.facts.invalid)] = BAD
    return quality


@dataclass(frozen=True, slots=True)
class Reading:
    """The known samples of a held series that begin, end or precede a value; all int64[n], ns.

    what: its category or level · until: when knowledge of it ends, that of the samples left out included ·
    resolution, error: r and e at the sample · looks, off: the largest r and e while it is known.
    """

    ts: NDArray[np.int64]
    what: NDArray[np.int64]
    until: NDArray[np.int64]
    resolution: NDArray[np.int64]
    error: NDArray[np.int64]
    looks: NDArray[np.int64]
    off: NDArray[np.int64]

    def follows(self) -> NDArray[np.bool_]:
        """bool[n]: the time right before the sample is known too: it goes on a run of knowledge."""
        after: NDArray[np.bool_] = np.append(False, self.until[:-1] == self.ts[1:])[: len(self.ts)]
        return after


def read(sight: Sight, coding: kernel.Coding) -> tuple[Reading, int, NDArray[np.float64]]:
    """The reading, the kernel's flags, and the values that stand for nothing."""
    rows, flags, strange = kernel.thin(sight.series, sight.proof, coding)
    return Reading(*np.ascontiguousarray(rows.T)), flags, strange


def runs_of(reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last row of each unbroken run of knowledge."""
    follows = reading.follows()
    first = np.flatnonzero(~follows)
    return first, np.append(first[1:], len(follows))[: len(first)] - 1


def margins_of(reading: Reading) -> Stretches:
    """For the bounds: the first e of each run of knowledge and the last r + e before its end are unknown (D5)."""
    first, last = runs_of(reading)
    start, end = reading.ts[first], reading.until[last]
    return margins(start, end, reading.error[first], reading.looks[last] + reading.off[last])


def margins(
    start: NDArray[np.int64], end: NDArray[np.int64], head: NDArray[np.int64], tail: NDArray[np.int64]
) -> Stretches:
    """The first `head` and the last `tail` ns of each run."""
    begin = np.minimum(start + head, end)
    last = np.maximum(end - tail, start)
    return np.concatenate([stretches_of(start, begin), stretches_of(last, end)])


def changes_of(reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The either-stretches (D5): rows j whose value differs from that of j - 1, and where each begins and ends.

    `[max(t1, t2 − r) − e, t2 + e)`, cut to the run of knowledge that holds it; where the facts changed between the
    two samples the larger r and e count.
    """
    differs = np.append(False, reading.what[1:] != reading.what[:-1])[: len(reading.ts)]
    first, last = runs_of(reading)
    rows = np.flatnonzero(reading.follows() & differs)
    run = np.searchsorted(first, rows, "right") - 1
    before, ts = rows - 1, reading.ts
    resolution = np.maximum(reading.looks[before], reading.resolution[rows])
    error = np.maximum(reading.off[before], reading.error[rows])
    start = np.maximum(ts[before], ts[rows] - resolution) - error
    start = np.maximum(start, ts[first][run])
    return rows, start, np.minimum(ts[rows] + error, reading.until[last][run])
