"""Traceability: batches of the last step that were seen, in time order, at every earlier step; pieces inside a batch.

A batch counts in a window where an asset of the last step holds it for at least `min_batch` without a break, some of it
in the window; it is traced where there are instants t1 <= t2 <= … <= the last, so that an asset of each step held it at its instant, the last one before the
window's end. Value by the plain reading. Low: what surely was there, against all that may have been there at the last
step, and as many more batches as its unknown time may hide. High: unknown time may have
held any batch. Steps are those of the plant file in their order, without those that it says batches don't pass, and
without those that have no asset. The more is collected, the narrower.

Pieces: good pieces of the window made while any batch was stated; those that may or may not have been count on the side
that is worse, then on the one that is better.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from evidence_engine.knowledge.stretches import clip, intersect, total
from evidence_engine.kpis import production
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import Range, known_in
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.flows import Flow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Ratio, ratio, share
from evidence_engine.kpis.production import Made
from evidence_engine.kpis.watching.batches import Batches, Spans, earliest, touches
from evidence_engine.kpis.watching.beginnings import Tally
from evidence_engine.kpis.watching.conditions import OFF, ON
from evidence_engine.kpis.watching.live import basis_of_roles
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.plant import PlanEntry, Plant

Route = Sequence[Sequence[Batches]]
"""The assets of each step, the first step first."""


def route_of(plant: Plant) -> list[list[str]]:
    """The names of the assets of each step that batches pass."""
    steps = [name for name, step in plant.steps.items() if step.traced]
    found = [[name for name, asset in plant.assets.items() if asset.step == step] for step in steps]
    return [names for names in found if names]


def site_batches(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Batches traced through all steps."""
    kpi = "traceability.batches_traced"
    steps = route_of(site.plant)
    if not steps:
        return
    last = [site.assets[name] for name in steps[-1]]
    if len(steps) < 2:
        yield {}, Found(kpi, Outcome(None, None, None, limitations=frozenset({"one_step"})), merged([]))
        return
    route = [[site.assets[name].of.signals.batches for name in names] for names in steps]
    counts = traced(route, site.window.start, site.window.end, seconds_to_ns(site.plant.monitoring.min_batch))
    known = sum(total(clip(of.known, site.window.start, site.window.end)) for of in route[-1])
    coverage = share(known, (site.window.end - site.window.start) * len(last))
    basis = merged(_basis(site.assets[name]) for name in chain.from_iterable(steps))
    yield {}, Found(kpi, _outcome(counts, coverage, len(steps)), basis)


def _basis(found: AssetWindow) -> Basis:
    codes = found.of.signals.batches.held.limitations if found.of.has("batch") else ()
    return basis_of_roles(found, ["batch"], codes)


def _outcome(counts: Tally, coverage: Ratio, steps: int) -> Outcome:
    if not counts.is_possible:
        return Outcome(None, None, None, coverage, limitations=frozenset({"no_batch_in_window"}))
    codes = {"min_batch_is_stated"} | (set() if coverage[0] else {"no_batch"})
    parts = {"batches": counts.has + counts.has_not, "traced": counts.has, "steps": steps}
    return Outcome(counts.value, counts.low, counts.high, coverage, parts, frozenset(codes))


def traced(route: Route, start: int, end: int, min_batch: int) -> Tally:
    """The batches of the last step in [start, end) by whether they are traced."""
    window = start, end
    plain, sure, may = set[str](), set[str](), set[str]()
    for of in route[-1]:
        for name in of.may:
            flags = _stays(of, name, window, min_batch)
            for found, is_there in zip((plain, sure, may), flags, strict=True):
                found |= {name} if is_there else set()
    hidden = sum(_hidden(of.unknown, start, end, min_batch) for of in route[-1])
    has = sum(_is_traced([[of.plain.get(name, []) for of in step] for step in route], end) for name in plain)
    surely = {name for name in may if _is_traced([[of.sure.get(name, []) for of in s] for s in route], end)}
    perhaps = {name for name in may if _is_traced(_anywhere(route, name), end)} | surely
    return Tally(
        has,
        len(plain) - has,
        len(sure & surely),
        len(perhaps) + hidden,
        len(sure - perhaps),
        len(may - surely) + hidden,
    )


def _stays(of: Batches, name: str, window: tuple[int, int], min_batch: int) -> tuple[bool, bool, bool]:
    """Whether a batch stays for `min_batch` at an asset of the last step and is there in the window.

    By the plain reading, where unknown time between two pieces parts nothing; surely; perhaps.
    """
    sure = any(b - a >= min_batch and touches([(a, b)], *window) for a, b in of.sure.get(name, []))
    plain = may = False
    for stay in _reaching(of, of.may[name]):
        pieces = [(a, b) for a, b in of.plain.get(name, []) if stay[0] <= a and b <= stay[1]]
        may |= stay[1] - stay[0] >= min_batch and touches([stay], *window)
        plain |= sum(b - a for a, b in pieces) >= min_batch and touches(pieces, *window)
    return plain, sure, may


def _reaching(of: Batches, spans: Spans) -> Spans:
    """These spans with the unknown time right before and right after them, joined where they touch."""
    found: Spans = []
    for first, last in spans:
        at = bisect_left(of.unknown, first, key=lambda span: span[1])
        begin = of.unknown[at][0] if at < len(of.unknown) and of.unknown[at][1] == first else first
        at = bisect_left(of.unknown, last, key=lambda span: span[0])
        end = of.unknown[at][1] if at < len(of.unknown) and of.unknown[at][0] == last else last
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return found


def _anywhere(route: Route, name: str) -> list[list[Spans]]:
    """Where a batch may have been: where it may have been seen, or where nothing is known."""
    return [[spans for of in step for spans in (of.may.get(name, []), of.unknown)] for step in route]


def _is_traced(route: Sequence[Sequence[Spans]], end: int) -> bool:
    """Whether instants in time order lead through all steps, the last before `end`."""
    instant = -(2**63)
    for step in route:
        found = [at for spans in step if (at := earliest(spans, instant)) is not None]
        if not found:
            return False
        instant = min(found)
    return instant < end


def _hidden(unknown: Spans, start: int, end: int, min_batch: int) -> int:
    """How many batches that nobody saw may have been there in [start, end): each lies wholly in unknown time."""
    found = 0
    for first, last in unknown:
        inside = min(last, end) - max(first, start)
        if inside > 0:
            cut = (first < start) + (last > end)
            found += min(inside // min_batch + cut, (last - first) // min_batch)
    return found


def asset_pieces(found: AssetWindow) -> Iterator[Found]:
    """Of an asset that delivers batch numbers."""
    if found.of.asset.is_production and found.of.has("batch"):
        yield _pieces([found])


def site_pieces(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of all production assets, with and without batch numbers."""
    members = [site.assets[name] for name in site.plant.production_assets()]
    if members:
        yield {}, _pieces(members)


def _pieces(members: Sequence[AssetWindow]) -> Found:
    every = [found.once("batch pieces", partial(_in_and_out, found)) for found in members]
    inside = production.made_together([one for one, _, _ in every])
    outside = production.made_together([one for _, one, _ in every])
    known = sum(ns for _, _, ns in every)
    coverage = share(known, sum(found.end - found.start for found in members))
    basis = merged(
        one for found in members for one in (found.basis("production.count_good_window"), _basis(found))
    )
    return Found("traceability.pieces_in_batch", pieces_in_batch(inside, outside, coverage), basis)


def _in_and_out(found: AssetWindow) -> tuple[Made, Made, int]:
    """Pieces in a batch, pieces in none, ns in which both batch and pieces are known."""
    if not found.of.has("batch") and _only_adds(found.book.always.flow):
        unknown = _made_of_anything(found)
        return unknown, unknown, 0
    return _made(found, ON.word), _made(found, OFF.word), _known(found)


def _only_adds(flow: Flow) -> bool:
    """Whether no step of it takes pieces away: else what may be of a batch is not all of it."""
    others = (one.sign for part in (flow.rises, flow.opens) for one in part)
    return min(others, default=1) > 0 and not ((flow.sign < 0).any() or (flow.low < 0).any())


def _made_of_anything(found: AssetWindow) -> Made:
    """Good pieces of the window where nothing tells of any in which batch it was made: from none to all of them."""
    good, (_, most) = found.of.pieces.good, found.good_window
    known = known_in(good, found.start, found.end)
    return Made(0 if known else None, Range(0, most.most, most.undecided), known)


def _made(found: AssetWindow, word: str) -> Made:
    """Good pieces of the window made in a batch (`down`, a condition that is on) or in none (`producing`)."""
    batch = found.of.signals.in_batch
    entry = PlanEntry(asset=found.of.name, product=word, start=found.start, end=found.end, quantity=0)
    made = production.made(found.book.always, batch, entry)
    if found.of.pieces.good is not None:
        return made
    return Made(None, Range(0, made.range.most, made.range.undecided), 0)


def _known(found: AssetWindow) -> int:
    good = found.of.pieces.good
    if good is None:
        return 0
    return total(clip(intersect(good.known, found.of.signals.batches.known), found.start, found.end))


def pieces_in_batch(inside: Made, outside: Made, coverage: Ratio) -> Outcome:
    """in ÷ (in + out): least in against most out, and most in against least out."""
    least, most = inside.range.least_natural, inside.range.most
    others_least, others_most = outside.range.least_natural, outside.range.most
    if most == 0 and others_most == 0:
        return Outcome(None, None, None, coverage, limitations=frozenset({"no_pieces"}))
    low = ZERO if others_most is None else ratio(least, least + others_most)
    high = ONE if most is None else ratio(most, most + others_least)
    value = None
    if inside.value is not None and outside.value is not None:
        value = ratio(inside.value, inside.value + outside.value)
    return Outcome(
        value,
        ONE if low is None else low,
        ZERO if high is None else high,
        coverage,
        {"in_batch": inside.value, "outside": outside.value},
        frozenset() if coverage[0] else frozenset({"no_batch"}),
        inside.range.undecided or outside.range.undecided,
    )
