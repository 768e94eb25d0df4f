"""docs/rules.md says what the rules say."""

import subprocess
import sys
from pathlib import Path

from evidence_engine.rules import load_rules
from evidence_engine.rules.describe import describe
from tests.evidence_engine.rules.rule_cases import MODEL

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = load_rules(MODEL)


def test_the_page_is_current() -> None:
    assert describe(MODEL, RULES) == PAGE, "run: python -m evidence_engine.rules.describe > docs/rules.md"


def test_the_command_that_the_page_names_writes_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evidence_engine.rules.describe"], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout.decode() == PAGE


def test_every_rule_has_its_section() -> None:
    for rule in RULES.rules:
        assert PAGE.count(f"### {rule.clause} ") == 1
        assert rule.reason.zh in PAGE
        assert rule.card.sample.en in PAGE
