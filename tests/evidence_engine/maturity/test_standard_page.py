"""The worked example of docs/standard.md, read from the page and computed again, figure by figure."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from evidence_engine.maturity import ClauseResult, Scored, calculate, load_model, load_views
from evidence_engine.maturity.verdict import WORD_OF, join
from evidence_engine.rules import read_answers

PAGE = (Path(__file__).parents[3] / "docs" / "standard.md").read_text(encoding="utf-8")
MODEL = load_model()
ROW = re.compile(r"^\| (?P<name>[^|]+) \| (?P<low>[\d.]+) \| (?P<high>[\d.]+) \|", re.MULTILINE)
Range = tuple[Fraction, Fraction]


def rows(after: str, before: str) -> dict[str, Range]:
    """The rows `| name | low | high |` between two words of the page."""
    part = PAGE[PAGE.index(after) : PAGE.index(before)]
    return {m["name"]: (Fraction(m["low"]), Fraction(m["high"])) for m in ROW.finditer(part)}


def computed() -> Scored:
    text = PAGE[PAGE.index("```yaml\n") + 8 :].split("```")[0]
    answers = read_answers(text, "docs/standard.md", MODEL.clauses)
    found = {
        c: ClauseResult(WORD_OF[r[0]], *r, "data") for c, r in rows("What data decided", "Level 1.").items()
    }
    results = {c: join(found.get(c), answers.get(c)) for c in {*found, *answers}}
    return calculate(MODEL, results, exclude=["M1", "M3", "M4", "M5"])


SCORED = computed()


@pytest.mark.parametrize(
    ("level", "after", "before", "count"),
    [(1, "Level 1.", "Level 2.", 11), (2, "Level 2.", "| result |", 5)],
)
def test_every_figure_of_the_page(level: int, after: str, before: str, count: int) -> None:
    told = rows(after, before)
    item = SCORED.levels[level - 1]
    nodes = {**item.domains, **item.elements, **item.subdomains, f"level {level}": item.score}
    assert len(told) == count
    assert told == {name: nodes[name] for name in told}


def test_the_result_of_the_page() -> None:
    told = rows("| result |", "## What next")
    assert told["total"] == SCORED.total
    assert told["level"] == (Fraction(SCORED.level[0]), Fraction(SCORED.level[1]))


def test_the_example_answers_level_one_but_for_the_clauses_that_it_names() -> None:
    text = PAGE[PAGE.index("```yaml\n") + 8 :].split("```")[0]
    answered = set(read_answers(text, "docs/standard.md", MODEL.clauses))
    kept = {c.id for c in MODEL.clauses.values() if c.level == 1 and c.subdomain not in SCORED.left_out}
    assert kept - answered == {"R1.1b", "M2-3.1b"}


def test_thresholds_told_on_the_page_are_those_of_the_model() -> None:
    starts = ", ".join(f"{item.level} from {float(item.from_):g}" for item in MODEL.file.level_from_total)
    assert f"**Level reached**: {starts}; below 0.8 none" in PAGE


def test_the_gains_of_the_page() -> None:
    text = PAGE[PAGE.index("```yaml\n") + 8 :].split("```")[0]
    answers = read_answers(text, "docs/standard.md", MODEL.clauses)
    results = {c: join(None, answer) for c, answer in answers.items()}
    left_out = ["M1", "M3", "M4", "M5"]
    for clause, level in {"R1.1b": 0, "M2-7.2c": 1}.items():
        without = calculate(MODEL, results, exclude=left_out).levels[level].score[0]
        full = {**results, clause: ClauseResult("met", Fraction(1), Fraction(1), "data")}
        gain = calculate(MODEL, full, exclude=left_out).levels[level].score[0] - without
        assert f"{clause} adds" in PAGE
        assert f"= {float(gain):g} to level {level + 1}" in PAGE


def test_every_view_stands_on_the_page() -> None:
    table = PAGE[PAGE.index("## Views") : PAGE.index("## Claims")]
    assert [name for name in load_views(MODEL) if f"`{name}" not in table] == []
