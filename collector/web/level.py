"""The maturity level as the score document has it: a range from what is proven to what is possible (D30)."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

from markupsafe import Markup

from collector.web import glyphs
from collector.web.view import Json, View
from evidence_engine.maturity.model import exact

LEVELS = ("level.1", "level.2", "level.3", "level.4", "level.5")


@dataclass(frozen=True, slots=True)
class Level:
    """low, high: levels · total: (S low, S high) · insufficient: clauses that lack data · gauge: the mark."""

    low: int
    high: int
    total: tuple[float, float]
    insufficient: int
    gauge: Markup
    text: str


def span_text(low: float, high: float) -> str:
    """`0.70–0.95` to two places, rounded outward: 0.799 never reads as the 0.80 that would meet a level."""
    below, above = floor(exact(low) * 100) / 100, ceil(exact(high) * 100) / 100
    return f"{below:.2f}" if low == high else f"{below:.2f}–{above:.2f}"


def clauses_of(score: Json) -> Iterator[tuple[Json, Json, Json]]:
    """Every (level, sub-domain, clause) of a score document."""
    for level in score["levels"]:
        for sub in level["subdomains"]:
            for clause in sub["clauses"]:
                yield level, sub, clause


def level_of(view: View) -> Level | None:
    """The level's range, None before the first assessment."""
    score = view.score
    if score is None:
        return None
    low, high = int(score["level"]["low"]), int(score["level"]["high"])
    total = (float(score["total"]["low"]), float(score["total"]["high"]))
    lacking = sum(clause["verdict"] == "insufficient" for _, _, clause in clauses_of(score))
    numbers = [str(n) for n in range(1, 6)]
    text = level_text(view, low, high)
    label = view.words("level.label", text=text, low=f"{total[0]:.2f}", high=f"{total[1]:.2f}")
    return Level(low, high, total, lacking, glyphs.gauge(numbers, low, high, total, label), text)


def level_text(view: View, low: int, high: int) -> str:
    """`between 2 standardised and 3 integrated`, `2 standardised`, `no level proven yet, …`."""
    words = view.words
    if low == high:
        return words(LEVELS[low - 1]) if low else words("level.none")
    top = words(LEVELS[high - 1])
    return (
        words("level.between", low=words(LEVELS[low - 1]), high=top)
        if low
        else words("level.up_to", high=top)
    )
