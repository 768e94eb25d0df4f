"""Context data: complete, with its places in the source, searchable; and unknown to everything that scores."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evidence_engine.context import context_json, context_text, load_context, peers_of, search
from evidence_engine.documents import BadInput
from evidence_engine.kpis import KPIS
from evidence_engine.maturity import load_model, load_views
from floortruth.__main__ import main

CONTEXT = load_context()
MODEL = load_model()


def test_all_companies_and_policies_of_the_report_are_there_each_at_its_row() -> None:
    assert [c.row for c in CONTEXT.companies] == list(range(1, 305))
    assert [p.row for p in CONTEXT.policies] == list(range(1, 42))
    assert peers_of(CONTEXT.companies).levels == {1: 8, 2: 197, 3: 72, 4: 27, 5: 0}
    assert Counter(c.province for c in CONTEXT.companies)["江苏省"] == 75
    assert CONTEXT.year == 2022


def test_scopes_are_as_the_report_counts_them() -> None:
    assert all("M2" in c.scope for c in CONTEXT.companies)
    without_design = [c for c in CONTEXT.companies if not any(code.startswith("M1") for code in c.scope)]
    assert len(without_design) == 119
    assert sum(c.level == 4 for c in without_design) == 5
    assert sum(c.scope == ("M2",) for c in CONTEXT.companies) == 89


def test_every_code_names_something_that_there_is() -> None:
    nodes = {node.id for node in (*MODEL.file.domains, *MODEL.file.subdomains)}
    assert {code for c in CONTEXT.companies for code in c.scope} <= nodes
    assert {c.industry for c in (*CONTEXT.companies, *CONTEXT.cases)} <= set(CONTEXT.industries)
    assert {p.kind for p in CONTEXT.policies} <= set(CONTEXT.kinds)
    assert {case.mode for case in CONTEXT.cases} <= set(load_views(MODEL))
    figures = [figure for case in CONTEXT.cases for figure in case.figures]
    assert {figure.subdomain for figure in figures} <= nodes
    assert {figure.kpi for figure in figures} - {""} <= set(KPIS)
    assert {kpi for mode in CONTEXT.modes for path in mode.paths for kpi in path.kpis} <= set(KPIS)
    companies = {c.name: c.level for c in CONTEXT.companies}
    assert all(companies.get(case.company, case.level) == case.level for case in CONTEXT.cases)


def test_the_eight_modes_and_their_submodes_are_those_of_the_views() -> None:
    views = {view.id: view for view in load_views(MODEL).values() if view.kind == "mode"}
    assert [mode.id for mode in CONTEXT.modes] == list(views)
    for mode in CONTEXT.modes:
        view = views[mode.id]
        assert (mode.zh, mode.en, mode.source) == (view.zh, view.en, view.source)
        told = [(path.id, path.zh, path.en) for path in mode.paths]
        assert told == [(s.id, s.zh, s.en) for s in view.submodes] or told == [(mode.id, mode.zh, mode.en)]
        assert all(path.steps for path in mode.paths)
    (found,) = search(CONTEXT, ("同比环比",)).modes
    assert found.id == "sustainable-manufacturing"
    assert "→" in context_text(CONTEXT, search(CONTEXT, ("changeover",)), "en")
    assert search(CONTEXT, province="江苏").modes == []


def test_search_by_words_province_industry_and_level() -> None:
    found = search(CONTEXT, (), "江苏", "automotive")
    assert {c.province for c in found.companies} == {"江苏省"}
    assert {c.industry for c in found.companies} == {"automotive"}
    assert {p.province for p in found.policies} == {"江苏省", "全国"}
    assert search(CONTEXT, (), "江苏省").companies == search(CONTEXT, (), "江苏").companies
    assert {c.level for c in search(CONTEXT, level=4).companies} == {4}
    assert search(CONTEXT, ("华润", "中成药")).companies[0].name == "华润三九医药股份有限公司"
    assert [case.id for case in search(CONTEXT, industry="医药与医疗器械").cases] == ["case-6"]
    assert not search(CONTEXT, ("no such thing",)).companies


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"province": "江西诸"}, "province: nothing of '江西诸', expected one of "),
        ({"industry": "electronic"}, "industry: 'electronic', expected one of .*did you mean 'electronics'"),
    ],
)
def test_a_filter_that_names_nothing_is_told(filters: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        search(CONTEXT, **filters)


def test_text_and_json_say_year_source_and_that_no_score_uses_it() -> None:
    found = search(CONTEXT, province="安徽")
    for lang, says in (("zh", "不参与任何评分"), ("en", "no score uses it")):
        text = context_text(CONTEXT, found, lang)
        assert says in text
        assert "2022" in text
    body = context_json(CONTEXT, found)
    assert (body["year"], body["used_in_score"], body["peers"][3]) == (2022, False, 3)
    json.dumps(body)


def test_the_command_searches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["context", "--province", "贵州", "--lang", "en"]) == 0
    assert "levels 3, 4, 5: 2, 5, 8 million yuan" in capsys.readouterr().out
    assert main(["context", "同比", "--lang", "en"]) == 0
    assert main(["context", "nothing", "like", "this"]) == 1
    assert main(["context", "--industry", "x"]) == 2
    assert "industry: 'x'" in capsys.readouterr().err


def test_nothing_that_scores_knows_the_context() -> None:
    code = (
        "import sys, evidence_engine.rules, evidence_engine.maturity, evidence_engine.assess, evidence_engine.claims, "
        "collector.scoring, collector.assess, floortruth.score; "
        "print([m for m in sys.modules if m.startswith('evidence_engine.context')])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
