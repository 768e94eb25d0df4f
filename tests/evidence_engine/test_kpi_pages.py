"""docs/kpi: every KPI has its words in both languages, and the pages are what the generator writes today."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.kpis import KPIS
from evidence_engine.kpis.describe import LANGUAGES, file_name, pages, write
from evidence_engine.kpis.formulas_zh import FORMULAS_ZH
from evidence_engine.kpis.iso22400 import NAMES, NOT_COMPUTED
from evidence_engine.kpis.texts import _Texts, texts

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "kpi"
written = cache(pages)
"""Every page, worked out once."""


def test_every_kpi_has_its_words() -> None:
    assert sorted(set(KPIS) - set(texts())) == []
    assert sorted(set(texts()) - set(KPIS)) == []
    assert sorted(set(KPIS) ^ set(FORMULAS_ZH)) == []


def test_the_pages_are_current() -> None:
    found = written()
    there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in there.keys() | found.keys() if there.get(name) != found.get(name))
    assert stale == [], "run: python -m evidence_engine.kpis.describe docs/kpi"


def test_each_of_the_34_is_ours_or_told_why_not() -> None:
    ours = {text.iso for text in texts().values()}
    assert sorted(NAMES) == list(range(1, 35))
    assert sorted(set(NAMES) - ours - set(NOT_COMPUTED)) == []
    assert sorted(ours & set(NOT_COMPUTED)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_links_to_its_other_language_and_to_the_index(lang: str) -> None:
    found = written()
    for kpi in KPIS:
        text = found[file_name(kpi, lang)]
        for link in (file_name("README", lang), file_name(kpi, "en" if lang == "zh" else "zh")):
            assert f"]({link})" in text
            assert link in found


def test_what_is_no_page_any_more_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "equipment.gone.md").write_text("old")
    assert write(tmp_path) == len(list(tmp_path.glob("*.md")))
    assert not (tmp_path / "equipment.gone.md").exists()


def test_the_command_of_the_makefile_writes_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evidence_engine.kpis.describe", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    name = "equipment.oee.md"
    assert (tmp_path / name).read_text("utf-8") == (FOLDER / name).read_text("utf-8")


def test_a_text_without_a_language_is_named_with_its_line() -> None:
    text = "equipment.oee:\n  iso: 6\n  meaning: {zh: 好}\n"
    with pytest.raises(BadInput, match=r"^texts\.yaml:3: equipment\.oee\.meaning\.en: is missing"):
        read_yaml(text, "texts.yaml", _Texts)
