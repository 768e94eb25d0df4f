"""Every page in both languages, with data, without, and with what people should not write."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from collector.web.pages import add_pages
from collector.web.report import write_report
from collector.web.words import LANGS, Words
from evidence_engine.maturity import load_model, score
from evidence_engine.vocabulary.instants import DAY
from evidence_engine.vocabulary.plant import Plant
from tests.collector.sample_board import NOW, PLANT, SampleBoard
from tests.evidence_engine.maturity.maturity_cases import write_model

PATHS = (
    "/",
    "/?w=last",
    "/?w=today",
    "/?w=days",
    "/?w=month",
    "/?w=lastweek",
    "/?w=lastyear",
    "/?from=2026-11-24T08:00&to=2026-11-24T12:00",
    "/equipment",
    "/equipment/CNC-04",
    "/equipment/PRS-01",
    "/equipment/EM-00",
    "/energy",
    "/evidence",
    "/evidence?kpi=equipment.oee&asset=CNC-01",
    "/assessment",
    "/assessment/M2-4.3b",
    "/assessment/views/equipment-life-cycle",
    "/assessment/peers",
    "/assessment/peers?industry=medical&q=%E5%8D%8E%E6%B6%A6",
    "/connections",
    "/report",
)


def client_of(board: SampleBoard) -> TestClient:
    app = FastAPI()
    add_pages(app, board)
    return TestClient(app)


@pytest.fixture(scope="module")
def full() -> TestClient:
    return client_of(SampleBoard())


@pytest.fixture(scope="module")
def empty() -> TestClient:
    return client_of(SampleBoard(empty=True))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_renders_in_both_languages(full: TestClient, path: str, lang: str) -> None:
    answer = full.get(path, headers={"cookie": f"lang={lang}"})
    assert answer.status_code == 200
    assert f'<html lang="{Words(lang).html_lang}">' in answer.text
    assert "<h1>" in answer.text
    assert "None" not in re.sub(r"<[^>]*>", "", answer.text)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", [p for p in PATHS if not p.startswith(("/assessment/M2", "/assessment/v"))])
def test_pages_without_any_data_say_so(empty: TestClient, path: str, lang: str) -> None:
    answer = empty.get(path, headers={"cookie": f"lang={lang}"})
    assert answer.status_code == 200
    assert "0.0%" not in re.sub(r"<[^>]*>", "", answer.text).replace("100.0%", "")


def test_without_data_nothing_is_known_and_no_figure_is_zero(empty: TestClient) -> None:
    text = empty.get("/", params={"lang": "en"}).text
    assert "Nothing is known yet" in text
    assert '<p class="num">—</p>' in text
    assert "8 machines are not connected yet" in text


def test_a_plant_without_register_or_calendar_renders() -> None:
    bare = Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "S", "name": {"zh": "空", "en": "Empty"}, "time_zone": "Asia/Shanghai"},
            "assets": {},
        }
    )
    client = client_of(SampleBoard(empty=True, plant=bare))
    for path in ("/", "/?w=last", "/equipment", "/energy", "/connections", "/assessment", "/report"):
        answer = client.get(path, params={"lang": "en"} if "?" not in path else {})
        assert answer.status_code == 200
    assert "The register is empty" in client.get("/?lang=en").text


def test_language_by_address_is_kept_in_a_cookie(full: TestClient) -> None:
    with client_of(SampleBoard()) as client:
        assert 'lang="zh-CN"' in client.get("/").text
        first = client.get("/?lang=en")
        assert first.cookies["lang"] == "en"
        assert 'html lang="en"' in client.get("/equipment").text
        assert 'html lang="en"' in client.get("/?lang=xx").text


def test_a_strict_policy_and_nothing_inline(full: TestClient) -> None:
    for path in PATHS:
        answer = full.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        if path != "/report":
            assert "unsafe" not in policy
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)", answer.text)


def test_unknown_addresses_answer_with_a_page_and_404(full: TestClient) -> None:
    for path in ("/equipment/NO-SUCH", "/evidence/sha256:nothing", "/assessment/X9"):
        answer = full.get(path, params={"lang": "en"})
        assert answer.status_code == 404
        assert 'role="alert"' in answer.text
    assert full.get("/static/nothing.css").status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday&to=2026-11-24", "yesterday"),
        ("from=2026-11-24T10:00&to=2026-11-24T08:00", "ends before it begins"),
        ("from=2026-11-24T10:00", "is not a time"),
    ],
)
def test_a_wrong_window_says_what_is_wrong(full: TestClient, query: str, sentence: str) -> None:
    answer = full.get(f"/?lang=en&{query}")
    assert answer.status_code == 400
    assert sentence in answer.text


def test_what_others_wrote_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    written = PLANT.model_dump(by_alias=True)
    written["site"]["name"] = {"zh": evil, "en": evil}
    written["assets"]["CNC-01"]["name"] = {"zh": evil, "en": evil}
    client = client_of(SampleBoard(plant=Plant.model_validate(written)))
    for path in (
        "/",
        "/equipment/CNC-01",
        f"/evidence?kpi={evil}",
        f"/equipment/{evil}",
        f"/?from={evil}&to=1",
        "/report",
    ):
        text = client.get(path).text
        assert "<script>alert" not in text


def test_unknown_time_is_hatched_and_named(full: TestClient) -> None:
    text = full.get("/equipment/GRD-01?lang=en").text
    assert 'class="st-unknown"' in text
    assert re.search(r"GRD-01, states: [^\"]*unknown", text)
    assert "GRD-01: no data" in full.get("/?lang=en").text


def test_a_figure_never_leaves_its_band_behind(full: TestClient) -> None:
    text = full.get("/?lang=en").text
    assert "value 75.0%, low bound 75.0, high bound 87.5%" in text
    assert "6 of 8" in text


def test_not_bounded_is_said(full: TestClient) -> None:
    assert "not bounded" in full.get("/equipment/CNC-01?lang=en").text


def test_a_record_shows_inputs_clauses_and_its_json() -> None:
    board = SampleBoard()
    client = client_of(board)
    record = board.records(kpi="equipment.oee")[0]
    text = client.get(f"/evidence/{record['id']}?lang=en").text
    for part in (
        record["inputs"][0]["series"],
        record["inputs"][0]["digest"],
        record["method"],
        record["limitations"][0]["en"],
    ):
        assert part in text
    assert client.get(f"/evidence/{record['id']}/record.json").json() == record
    assert client.get("/evidence/sha256:no/record.json").status_code == 404


def test_the_clause_card_says_who_and_why(full: TestClient) -> None:
    text = full.get("/assessment/M2-4.3b?lang=en").text
    assert "insufficient data" in text
    assert "4 of 6 key machines reach it" in text
    assert 'aria-current="true"' in text


def test_static_files_may_be_kept_and_change_their_address(full: TestClient) -> None:
    page = full.get("/").text
    for url in re.findall(r'"(/static/[^"]+)"', page):
        answer = full.get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_the_report_stands_alone(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    write_report(SampleBoard(), target)
    text = target.read_text("utf-8")
    assert not re.search(r'(src|href)="(?!#)', text)
    assert "url(http" not in text
    assert "@import" not in text
    assert "<script" not in text
    assert "需要" in text or "设备联网率" in text
    assert "Evidence report" in text
    write_report(SampleBoard(empty=True), target)
    assert "Nothing is known yet" in target.read_text("utf-8")


def test_colours_live_in_the_tokens_only() -> None:
    web = files("collector.web")
    raw = re.compile(r"#[0-9a-fA-F]{3,8}\b(?!-)|\brgba?\(|\bhsla?\(")
    for folder in ("static", "templates"):
        for entry in web.joinpath(folder).iterdir():
            if entry.name == "tokens.css":
                continue
            text = re.sub(r"url\(#\w+\)|#lang-\w+|href=\"#\w+\"", "", entry.read_text("utf-8"))
            assert not raw.search(text), entry.name


def test_an_old_history_is_unknown_now() -> None:
    board = SampleBoard(now=NOW + 3 * DAY)
    text = client_of(board).get("/?lang=en").text
    assert "8 machines unknown" in text
    assert json.dumps("producing 259 min") not in text


def test_a_figure_that_was_shown_keeps_its_evidence_after_it_was_replaced() -> None:
    board = SampleBoard()
    client = client_of(board)
    identity = re.findall(r"/evidence/(sha256:\w+)", client.get("/?lang=en").text)[0]
    board._records = [r for r in board._records if r["id"] != identity]
    answer = client.get(f"/evidence/{identity}?lang=en")
    assert answer.status_code == 200
    assert "a newer result has replaced it" in answer.text
    assert client.get(f"/evidence/{identity}/record.json").json()["id"] == identity


def test_before_the_first_score_the_pages_say_what_is_going_on() -> None:
    board = SampleBoard()
    board._score = None
    client = client_of(board)
    for path in ("/", "/assessment", "/report"):
        assert (
            "the first assessment is being computed" in client.get(path, headers={"cookie": "lang=en"}).text
        )


@pytest.mark.parametrize("name", ["cmmm-draft", "small"])
def test_another_model_has_its_own_words_and_levels(name: str, tmp_path: Path) -> None:
    board = SampleBoard()
    board.model = load_model(write_model(tmp_path) if name == "small" else name)
    board._score = score(board.model, {})
    client = client_of(board)
    for path in ("/", "/assessment", "/assessment/views/self-diagnosis", "/report"):
        answer = client.get(path, headers={"cookie": "lang=en"})
        assert answer.status_code == 200
    text = client.get("/assessment?lang=zh").text
    assert ("能碳" if name == "cmmm-draft" else "名") in text


def test_a_corrected_model_is_said_on_the_page() -> None:
    board = SampleBoard()
    assert board._score is not None
    board._score["model"]["corrected"] = {"file": "ours.yaml", "source": "our copy", "rows": ["P1.1a"]}
    assert "1 row corrected by ours.yaml (our copy)" in client_of(board).get("/assessment?lang=en").text


def test_what_people_and_data_disagree_on_stands_before_all_else(full: TestClient) -> None:
    text = full.get("/assessment?lang=en").text
    assert text.index("In 1 clause a person and data disagree") < text.index("Level range")
    assert "CNC-01: ideal cycle P1, 80 → 90" in text
    assert "a person and data disagree: the score spans both" in full.get("/assessment/M2-7.2c?lang=en").text


def test_next_steps_are_those_of_the_score_in_words_to_act_on(full: TestClient) -> None:
    text = full.get("/assessment?lang=en").text
    assert "connect 3 of 4 high users of energy" in text
    assert "raise coverage" in text


def test_the_card_shows_what_is_asked_and_what_was_said(full: TestClient) -> None:
    text = full.get("/assessment/M2-4.3b?lang=en").text
    for part in ("Evidence to look at", "Sample to take", "decided by data", "coverage ≥ 90%"):
        assert part in text
    assert text.index("样本选错了") < text.index("一半设备"), "the newest first, none deleted"
    assert "CNC-01 overall equipment effectiveness" in text or "98.0% [96.0%–99.0%], coverage 99.0%" in text


def test_where_nobody_may_answer_the_page_says_how(tmp_path: Path) -> None:
    board = SampleBoard()
    board.takes_answers = False
    text = client_of(board).get("/assessment/M2-4.3b?lang=en").text
    assert "Nobody may answer here yet" in text
    assert '<form method="post"' not in text
