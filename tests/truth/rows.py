"""Rows against the plant, before any figure: what the store says was so, and what it claims to have missed nothing of.

A good sample must be true within e of its stamp. From e after it until e before the next sample (r + e, where that
differs, or where knowledge ends) the true value must have been what it says: that is what r and the link's 1s claim (D2-D5, D31).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from evidence_engine.knowledge.facts import Regime, regimes_of
from evidence_engine.knowledge.held import keys_of
from evidence_engine.knowledge.links import link_of
from evidence_engine.vocabulary.instants import format_instant, parse_instant
from evidence_engine.vocabulary.samples import BAD, Samples
from tests.truth.runs import Finished

UTC = ZoneInfo("UTC")
KEYFRAME = 300 * 10**9
"""Of the demo's agent, in plant time."""
EVER = 1 << 62
Between = Callable[[int, int], set[Any]]
"""The values that were true at some instant of [from, to]."""


@dataclass
class Findings:
    """What was looked at, and what was found wrong, in words."""

    samples: int = 0
    known_ns: int = 0
    lies: list[str] | None = None

    def lie(self, series: str, at: int, words: str) -> None:
        """One more."""
        self.lies = [*(self.lies or []), f"{series} {format_instant(at)}: {words}"]


def states_against_plant(run: Finished, shift: int = 0) -> Findings:
    """All states; `shift` ns are added to each stamp, to see that a lie would be found."""
    found = Findings()
    told: dict[str, list[tuple[int, Any]]] = {}
    for row in run.truth["states"]:
        told.setdefault(row["asset"], []).append((parse_instant(row["from"], UTC), row["state"]))
    for asset, changes in sorted(told.items()):
        words = run.plant.assets[asset].states
        samples = run.history.of(f"{asset}/state")
        said = [words.get(key, key) for key in keys_of(samples)]
        _check(run, f"{asset}/state", samples, said, _between(changes), found, shift)
    return found


def counters_against_plant(run: Finished) -> Findings:
    """All piece counters, from one reset or rollover to the next: register and truth keep their distance."""
    found = Findings()
    told: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for row in run.truth["counts"]:
        told.setdefault((row["asset"], row["role"]), []).append((parse_instant(row["ts"], UTC), row["value"]))
    for (asset, role), steps in sorted(told.items()):
        series = f"{asset}/{role}"
        samples = run.history.of(series)
        for start, end in _undisturbed(run, asset, role):
            part = samples.between(start, end)
            distance = _distance(run, series, part, _between(steps))
            if distance is not None:
                moved = _between([(ts, _wrapped(run, series, value + distance)) for ts, value in steps])
                _check(run, series, part, part.value.tolist(), moved, found, until=end)
    return found


def _between(changes: Sequence[tuple[int, Any]]) -> Between:
    starts = [start for start, _ in changes]

    def values(first: int, last: int) -> set[Any]:
        begin = max(bisect_right(starts, first) - 1, 0)
        return {value for _, value in changes[begin : max(bisect_right(starts, last), begin + 1)]}

    return values


def _undisturbed(run: Finished, asset: str, role: str) -> Iterator[tuple[int, int]]:
    """The stretches of the live plant without a reset or rollover of this counter, 10 s away from each."""
    kinds, aside = ("counter_reset", "rollover"), 10 * 10**9
    faults = [
        fault
        for fault in run.truth["faults"]
        if fault["kind"] in kinds and fault.get("asset") == asset and role in fault.get("signals", ())
    ]
    cuts = [parse_instant(fault["from"], UTC) for fault in faults]
    borders = [_regimes(run, f"{asset}/{role}")[-1].start, *sorted(cuts), EVER]
    for start, end in pairwise(borders):
        yield start + aside, end - aside


def _wrapped(run: Finished, series: str, value: float) -> float:
    modulus = _regimes(run, series)[-1].facts.modulus
    return value % modulus if modulus else value


def _distance(run: Finished, series: str, samples: Samples, true: Between) -> float | None:
    """Register minus truth that most of the samples agree on, None where there is none."""
    error = _regimes(run, series)[-1].error
    votes: Counter[float] = Counter()
    for ts, value, quality in zip(samples.ts.tolist(), samples.value.tolist(), samples.quality, strict=True):
        if quality != BAD:
            votes.update(_wrapped(run, series, value - was) for was in true(ts - error, ts + error))
    return votes.most_common(1)[0][0] if votes else None


def _regimes(run: Finished, series: str) -> list[Regime]:
    return regimes_of(run.history, run.plant, series)


def _check(
    run: Finished,
    series: str,
    samples: Samples,
    said: Sequence[Any],
    true: Between,
    found: Findings,
    shift: int = 0,
    until: int = EVER,
) -> None:
    """1 only what came over a wire  2 true within e of its stamp  3 nothing missed until something else is said."""
    regimes = _regimes(run, series)
    starts = [regime.start for regime in regimes]
    speaks = {regime.connection: link_of(run.history, regime.connection, run.plant).speaks.tolist()
              for regime in regimes if regime.connection}  # fmt: skip
    stamps, quality = samples.ts.tolist(), samples.quality.tolist()
    for row, at in enumerate(stamps):
        regime = regimes[bisect_right(starts, at) - 1]
        if quality[row] == BAD or not regime.protocol:  # (1)
            continue
        found.samples += 1
        if said[row] not in (was := true(at + shift - regime.error, at + shift + regime.error)):  # (2)
            found.lie(series, at, f"said {said[row]}, true {was}")
        stretch = next((s for s in speaks.get(regime.connection or "", ()) if s[0] <= at <= s[1]), None)
        following = stamps[row + 1] if row + 1 < len(stamps) else EVER
        is_same = following < EVER and quality[row + 1] != BAD and said[row + 1] == said[row]
        end = _claimed_to(at, following, stretch, regime, is_same, until)
        if stretch is not None and not any(stretch[0] <= ts for ts in stamps[max(row - 1, 0) : row]):
            end = min(end, _before_frozen(run, series, at))
        if end > at + regime.error:  # (3)
            found.known_ns += end - at
            if (was := true(at + shift + regime.error, end + shift - 1)) != {said[row]}:
                found.lie(series, at, f"said {said[row]} until {format_instant(end)}, true {was}")


def _before_frozen(run: Finished, series: str, first: int) -> int:
    """The start of a freeze that no keyframe after the `first` value of a stretch could show: assumption (f), by name."""
    asset, _, role = series.partition("/")
    for fault in run.truth["faults"]:
        if fault["kind"] == "frozen_value" and fault["asset"] == asset and role in fault["signals"]:
            start, end = (parse_instant(fault[key], UTC) for key in ("from", "to"))
            if first < end <= (first // KEYFRAME + 1) * KEYFRAME:
                return start
    return EVER


def _claimed_to(
    at: int, following: int, stretch: Sequence[int] | None, regime: Regime, is_same: bool, until: int
) -> int:
    """The instant to which a sample claims that its value, and no other, held."""
    if stretch is None:
        return at
    if following > stretch[1]:
        end = stretch[1] - regime.resolution - regime.error
    elif is_same:
        end = following - regime.error  # what changed so shortly before it may be stamped behind it
    else:
        end = max(at, following - regime.resolution) - regime.error
    return min(end, until)
