"""People's answers: by API and on the page, kept and never overwritten, and what they do to the score."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2 as httpx
import openpyxl
import pytest

from collector.config import load_config
from collector.journal import Journal
from collector.scoring import scoring_of
from evidence_engine.documents import BadInput
from evidence_engine.maturity import Answer
from tests.collector.receivers import hook
from tests.collector.sample_board import PLANT
from tests.collector.serving import TOKEN, Site, serving, write_config

KEY = "the assessor's own"
BY = {"Authorization": f"Bearer {KEY}"}
GOOD = {"clause": "P1.1a", "score": 0.8, "reason": "计划已批准", "file": "plan.pdf"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    (tmp_path / "key").write_text(KEY)
    async with serving(tmp_path, assessors="[{name: 李工, file: key}]") as site:
        yield site


async def test_an_answer_is_kept_with_who_and_when_and_what_it_overrides(site: Site) -> None:
    first = await site.client.post("/api/answers", json=GOOD, headers=BY)
    assert first.status_code == 201
    kept = first.json()
    assert (kept["by"], kept["answer"]["who"], kept["answer"]["when"]) == ("李工", "李工", "2026-11-24")
    assert kept["overrides"] is None
    second = await site.client.post("/api/answers", json=GOOD | {"score": "1", "who": "王工"}, headers=BY)
    assert second.json()["overrides"]["score"] == 0.8
    found = (await site.client.get("/api/answers", params={"clause": "P1.1a"})).json()
    assert [said["answer"]["score"] for said in found["said"]] == [0.8, 1.0]
    assert found["standing"]["P1.1a"]["who"] == "王工"
    gone = await site.client.post(
        "/api/answers", json={"clause": "P1.1a", "withdraw": "wrong plant"}, headers=BY
    )
    assert gone.json()["answer"] is None
    found = (await site.client.get("/api/answers")).json()
    assert (len(found["said"]), found["standing"]) == (3, {})


WRONG: list[tuple[Any, str]] = [
    (GOOD | {"score": 0.7}, "P1.1a: score: score 0.7, expected 0, 0.5, 0.8 or 1"),
    ({"clause": "P1.1a", "score": 1}, "P1.1a: reason: is missing"),
    (GOOD | {"reason": "  "}, "P1.1a: reason: is empty, an answer needs its reason"),
    (GOOD | {"clause": "P1.1x"}, "P1.1x: no such clause, did you mean 'P1."),
    (GOOD | {"scor": 1}, "P1.1a: unknown key 'scor', did you mean 'score'?"),
    ({"score": 1, "reason": "x"}, "clause: is missing"),
    (GOOD | {"digest": "md5:1"}, "expected sha256:"),
    ({"clause": "P1.1a", "withdraw": "why"}, "no answer given here stands, nothing to withdraw"),
    (GOOD | {"withdraw": "why"}, "'withdraw' is its reason and stands alone"),
    ([1], "the answer is not a JSON object"),
]


async def test_a_wrong_answer_is_told_in_one_sentence(site: Site) -> None:
    for body, sentence in WRONG:
        answer = await site.client.post("/api/answers", json=body, headers=BY)
        assert answer.status_code == 400
        assert sentence in answer.json()["error"]
    assert (await site.client.get("/api/answers")).json()["said"] == []


async def test_who_may_answer(site: Site, tmp_path: Path) -> None:
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Basic {KEY}"}):
        answer = await site.client.post("/api/answers", json=GOOD, headers=headers)
        assert answer.status_code == 401
    (tmp_path / "b").mkdir()
    async with serving(tmp_path / "b") as other:
        answer = await other.client.post("/api/answers", json=GOOD, headers=BY)
        assert answer.status_code == 403
        assert "name somebody under 'assessors'" in answer.json()["error"]


async def test_not_json_too_large_no_such_clause(site: Site) -> None:
    assert (await site.client.post("/api/answers", content=b"{", headers=BY)).status_code == 400
    assert (await site.client.post("/api/answers", content=b"x" * 70_000, headers=BY)).status_code == 413
    missing = await site.client.get("/api/answers", params={"clause": "P1.1x"})
    assert (missing.status_code, "did you mean" in missing.json()["error"]) == (404, True)


async def until_scored(site: Site, by: str = "person") -> dict[str, Any]:
    """The clause P1.1a, once the score has it by somebody."""
    async with asyncio.timeout(60), site.client.stream("GET", "/api/events") as events:
        async for line in events.aiter_lines():
            score = await site.client.get("/api/score") if line.startswith("data: ") else None
            if score is not None and score.status_code == 200:
                clauses = score.json()["levels"][0]["subdomains"][0]["clauses"]
                if clauses[0]["by"] == by:
                    return dict(clauses[0])
    raise AssertionError("the stream ended")


async def test_from_the_page_to_the_score_its_history_and_a_notice(tmp_path: Path) -> None:
    """The form keeps the answer; the score follows without new data; the change says why; a webhook hears of it."""
    (tmp_path / "key").write_text(KEY)
    with hook() as server:
        notices = f"{{gather: 0, webhook: {{url: '{server.url}'}}}}"
        async with serving(tmp_path, assessors="[{name: 李工, file: key}]", notices=notices) as site:
            assert (await until_scored(site, "none"))["verdict"] == "not_assessed"
            form = {"score": "0.8", "reason": "<b>seen</b>", "file": "https://dms/1", "token": KEY}
            answer = await site.client.post("/assessment/P1.1a", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/assessment/P1.1a?said=1#said")
            clause = await until_scored(site)
            assert (clause["verdict"], clause["person"]["who"]) == ("mostly", "李工")
            page = await site.client.get("/assessment/P1.1a?said=1&lang=en")
            assert "&lt;b&gt;seen&lt;/b&gt;" in page.text
            assert 'href="https://dms/1"' in page.text
            assert "a person&#39;s answer: none → 0.8" in page.text
            changes = (await site.client.get("/api/changes", params={"clause": "P1.1a"})).json()["changes"]
            assert [c["first"] for c in changes] == [True, False]
            assert 'name="withdraw"' in page.text
            points = (await site.client.get("/api/score/history")).json()["points"]
            assert len(points) == 2
            assert points[1]["total"]["low"] > points[0]["total"]["low"]
            assert await asyncio.to_thread(server.got.wait, 10)
        (body,) = server.bodies
        assert json.loads(body)["verdicts"][0]["clause"] == "P1.1a"
        async with serving(tmp_path, assessors="[{name: 李工, file: key}]", notices=notices) as site:
            assert (await until_scored(site))["verdict"] == "mostly"
            assert len((await site.client.get("/api/score/history")).json()["points"]) == 2
        assert len(server.bodies) == 1, "a restart tells nothing twice"


async def test_the_form_says_what_is_wrong_and_keeps_what_was_written(site: Site) -> None:
    await until_scored(site, "none")
    written = {"score": "0.5", "reason": "half", "digest": "x", "token": KEY}
    answer = await site.client.post("/assessment/P1.1a?lang=en", data=written)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "expected sha256:" in answer.text
    assert ">half</textarea>" in answer.text
    assert KEY not in answer.text
    assert (await site.client.post("/assessment/P1.1a", data=written | {"token": "no"})).status_code == 401
    gone = {"withdraw": "nothing was said", "token": KEY}
    answer = await site.client.post("/assessment/P1.1a?lang=en", data=gone)
    assert "no answer given here stands, nothing to withdraw" in answer.text
    await site.client.post("/assessment/P1.1a", data=written | {"digest": ""})
    assert (await site.client.post("/assessment/P1.1a", data=gone)).status_code == 303
    assert (await site.client.get("/api/answers")).json()["standing"] == {}
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert (await site.client.post("/assessment/P1.1a", data=written, headers=elsewhere)).status_code == 403
    gone = await site.client.post("/assessment/NO.1a", data=written)
    assert gone.status_code == 404


def write_answers(path: Path, score: str) -> None:
    path.write_text(f"schema: floortruth/answers/1\nanswers:\n  P1.1a: {{score: {score}, reason: by file}}\n")


def test_what_is_said_here_stands_above_the_file_which_is_read_again_when_it_changes(tmp_path: Path) -> None:
    write_answers(tmp_path / "answers.yaml", "0.5")
    config = load_config(write_config(tmp_path, assess="{answers: answers.yaml}"))
    journal = Journal(None)
    scoring = scoring_of(config, PLANT, journal)
    assert scoring.has_news()
    first = scoring([])
    assert first["levels"][0]["subdomains"][0]["clauses"][0]["score"] == {"low": 0.5, "high": 0.5}
    assert not scoring.has_news()
    write_answers(tmp_path / "answers.yaml", "0.8 ")
    assert scoring.has_news()
    assert scoring.answers()["P1.1a"].score == Fraction(4, 5)
    journal.say("P1.1a", Answer(Fraction(1), "here"), "team", 1)
    assert scoring.answers()["P1.1a"].reason == "here"
    journal.withdraw("P1.1a", "no", "team", 2)
    assert scoring.answers()["P1.1a"].reason == "by file"


def test_a_sheet_of_answers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["条款", "得分", "理由"])
    book.active.append(["P1.1a", 0.8, "看过"])
    data = io.BytesIO()
    book.save(data)
    (tmp_path / "answers.xlsx").write_bytes(data.getvalue())
    config = load_config(write_config(tmp_path, assess="{answers: answers.xlsx}"))
    assert scoring_of(config, PLANT, Journal(None)).answers()["P1.1a"].score == Fraction(4, 5)


def test_exclude_and_a_corrected_model_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        'schema: floortruth/model-corrections/1\nversion: "1+o"\nsource: ours\nclauses: [{id: P1.1a, zh: 改}]\n'
    )
    config = load_config(write_config(tmp_path, assess="{model: ours.yaml, exclude: [M1, M5-2]}"))
    document = scoring_of(config, PLANT, Journal(None))([])
    assert document["model"]["version"] == "1+o"
    assert document["excluded"] == ["M1-1", "M1-2", "M5-2"]


@pytest.mark.parametrize(
    ("assess", "sentence"),
    [
        ("{exclude: [M9]}", "exclude: unknown domain or sub-domain 'M9'"),
        ("{exclude: [M2]}", "'M2' may not be left out"),
        ("{model: none.yaml}", "no file of corrections"),
        ("{model: gbt}", "no maturity model 'gbt'"),
        ("{answers: none.yaml}", "none.yaml: no such file"),
        ("{rules: none.yaml}", "no rules file"),
    ],
)
def test_what_the_configuration_names_wrong(assess: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        scoring_of(load_config(write_config(tmp_path, assess=assess)), PLANT, Journal(None))
    assert sentence in str(error.value)


async def test_context_by_the_api(site: Site) -> None:
    client: httpx.AsyncClient = site.client
    found = (await client.get("/api/context", params={"province": "江西", "level": 3})).json()
    assert found["used_in_score"] is False
    assert {c["province"] for c in found["companies"]} == {"江西省"}
    wrong = await client.get("/api/context", params={"industry": "x"})
    assert (wrong.status_code, "expected one of" in wrong.json()["error"]) == (400, True)
