"""Words: each key that a page uses exists in both languages, and none lies unused."""

import re
from importlib.resources import files

import pytest

from collector.web import words as module
from collector.web.connections import ORDER
from collector.web.words import (
    KPI_PHRASES,
    KPI_TERMS,
    STATE_TERMS,
    VERDICT_TERMS,
    Words,
    glossary,
    lang_of,
    phrases,
)
from evidence_engine.vocabulary.plant import AssetKind
from evidence_engine.vocabulary.states import STATE_WORDS

CALL = re.compile(
    r"""(?:\bt|words|self|t\.other|words\[side\]|view\.words)\(\s*["']([a-z_]+(?:\.[a-z0-9_]+)*)["']"""
)
FAMILY = re.compile(r"""["']([a-z]+\.)["'] ?[~+]|f["']([a-z]+\.)\{""")
TERM = re.compile(r"""\.term\(\s*["']([^"']+)["']""")


def sources() -> str:
    web = files("collector.web")
    parts = [e.read_text("utf-8") for e in web.iterdir() if e.name.endswith(".py")]
    parts += [e.read_text("utf-8") for e in web.joinpath("templates").iterdir()]
    return "\n".join(parts)


def test_every_key_used_exists() -> None:
    used = set(CALL.findall(sources()))
    assert len(used) > 100
    assert used - set(phrases()) <= {"zh", "en"}


def test_every_key_is_used() -> None:
    text = sources()
    families = {a or b for a, b in FAMILY.findall(text)}
    unused = [
        key
        for key in phrases()
        if f'"{key.removesuffix(".one")}"' not in text
        and f"'{key.removesuffix('.one')}'" not in text
        and not any(key.startswith(family) for family in families)
    ]
    assert not unused


def test_every_term_is_in_the_glossary() -> None:
    used = set(TERM.findall(sources()))
    used |= {*STATE_TERMS.values(), *VERDICT_TERMS.values(), *KPI_TERMS.values()}
    assert used <= set(glossary())


@pytest.mark.parametrize("key", sorted(phrases()))
def test_both_languages_say_something_with_the_same_blanks(key: str) -> None:
    zh, en = phrases()[key]
    assert zh
    assert en
    blanks = re.compile(r"\{(\w+)\}")
    assert set(blanks.findall(zh)) == set(blanks.findall(en))
    allowed = key in ("lang.name", "report.kicker", "brand") or key.startswith("list.")
    assert allowed or not re.search(r"[\u4e00-\u9fff]", en)


def test_families_are_complete() -> None:
    words = Words("en")
    assert all(words.state(word) for word in (*STATE_WORDS, "unknown"))
    assert all(words(f"kind.{kind}") for kind in AssetKind.__args__)
    assert all(words(f"link.{state}") for state in ORDER)
    assert all(words.kpi(kpi) for kpi in (*KPI_TERMS, *KPI_PHRASES))


def test_a_missing_word_is_an_error_not_an_empty_place() -> None:
    with pytest.raises(KeyError):
        Words("zh")("no.such.key")
    with pytest.raises(KeyError):
        Words("en").term("no such term")


def test_one_has_its_own_form() -> None:
    assert Words("en")("overview.todo", n=1) == "1 thing needs somebody"
    assert Words("en")("overview.todo", n=2) == "2 things need somebody"


def test_units_as_people_write_them() -> None:
    assert Words("zh").unit("kWh/{piece}") == "kWh/件"
    assert Words("en").unit("{piece}/h") == "pcs/h"
    assert Words("en").unit("m3") == "m³"
    assert Words("en").unit("1") == ""


def test_language_of_a_request() -> None:
    assert lang_of("en") == "en"
    assert lang_of("fr", "en") == "en"
    assert lang_of(None) == "zh"
    assert module.LANGS == ("zh", "en")
