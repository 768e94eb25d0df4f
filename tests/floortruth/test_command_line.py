"""The command line: a newcomer understands it, in both languages; errors are one sentence and a status."""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from floortruth.__main__ import COMMANDS, main, overview
from floortruth.words import ZH, language, say

ROOT = Path(__file__).parents[2]
PLANT = str(ROOT / "configs" / "plant.example.yaml")
HISTORY = str(ROOT / "configs" / "history.example.csv")


def test_the_overview_names_every_command_in_both_languages() -> None:
    for lang in ("zh", "en"):
        text = overview(lang)
        for name in COMMANDS:
            assert f"  {name} " in text
    assert "模拟工厂" in overview("zh")


@pytest.mark.parametrize("name", [*COMMANDS])
def test_each_command_explains_itself_in_both_languages(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang in ("zh", "en"):
        with pytest.raises(SystemExit) as ended:
            main([name, "--help", "--lang", lang])
        assert ended.value.code == 0
        assert f"floortruth {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name != "sim"]
)  # the plant brings its own words
def test_every_help_text_has_its_chinese(name: str) -> None:
    parser = argparse.ArgumentParser()
    importlib.import_module(COMMANDS[name][0]).add_arguments(parser)
    texts = [a.help for a in parser._actions if a.help and a.help is not argparse.SUPPRESS]
    missing = [text for text in [*texts, COMMANDS[name][1]] if say(text, "zh") == text]
    assert missing == []


@pytest.mark.parametrize(
    ("words", "env", "expected"),
    [
        (["--lang", "zh"], "en_US.UTF-8", "zh"),
        (["--lang=en"], "zh_CN.UTF-8", "en"),
        ([], "zh_CN.UTF-8", "zh"),
        ([], "de_DE.UTF-8", "en"),
    ],
)
def test_language_comes_from_the_option_or_the_locale(
    words: list[str], env: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLOORTRUTH_LANG", raising=False)
    monkeypatch.setenv("LANG", env)
    assert language(words) == expected


def test_no_chinese_text_is_a_stale_key() -> None:
    used = {text for _, text in COMMANDS.values()}
    for module, _ in COMMANDS.values():
        parser = argparse.ArgumentParser()
        importlib.import_module(module).add_arguments(parser)
        used |= {a.help for a in parser._actions if a.help}
    spoken = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "floortruth").glob("*.py")
        if path.name != "words.py"
    )
    stale = [text for text in ZH if text not in used and text not in spoken]
    assert stale == []


def test_an_unknown_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dmeo", "--lang", "en"]) == 2
    assert "unknown command 'dmeo', expected one of demo, sim" in capsys.readouterr().err


def test_import_evidence_and_score_as_the_readme_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, out = str(tmp_path / "store"), str(tmp_path / "evidence")
    assert main(["import", PLANT, HISTORY, "--store", store]) == 0
    assert "394 rows, 0 set aside" in capsys.readouterr().out
    assert main(["import", PLANT, HISTORY, "--store", store]) == 0
    assert "(already there)" in capsys.readouterr().out
    assert main(["evidence", PLANT, "--store", store, "--out", out]) == 0
    assert list(Path(out).glob("*.CNC-01.equipment.oee.json"))
    assert main(["score", PLANT, "--evidence", out, "--lang", "en"]) == 0
    assert "level range  0–" in capsys.readouterr().out


def test_a_window_without_any_data_answers_that_nothing_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    main(["import", PLANT, HISTORY, "--store", store])
    capsys.readouterr()
    window = ["--from", "2020-01-06T08:00", "--to", "2020-01-06T10:00"]
    assert main(["evidence", PLANT, "--store", store, *window]) == 0
    (line,) = [
        row for row in capsys.readouterr().out.splitlines() if row.startswith("CNC-01     equipment.oee ")
    ]
    assert "— [0–1]" in " ".join(line.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["evidence", "nowhere.yaml", "--store", "x"], "nowhere.yaml: no such file"),
        (["evidence", PLANT, "--store", "nowhere"], "nowhere"),
        (["import", PLANT, "nowhere.csv", "--store", "{tmp}/s"], "nowhere.csv: no such file"),
        (["import", PLANT, HISTORY, "--store", "ftp://x"], "unknown kind 'ftp'"),
        (["score", PLANT, "--evidence", "{tmp}/none", "--model", "cmm"], "no maturity model 'cmm'"),
        (
            ["score", PLANT, "--evidence", "{tmp}/none"],
            "none: no such folder of evidence; floortruth evidence",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(tmp=tmp_path) for word in words]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said


def test_the_agents_imports_stay_small() -> None:
    """The base install is the agent: neither numba nor a web server is loaded by it."""
    code = "import sys, edge_agent.agent; print([m for m in ('numba', 'fastapi', 'pandas', 'deltalake', 'jinja2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
