"""docs/kpi: a page per KPI in English and in Chinese, written from its row, its text and a computed example.

`python -m evidence_engine.kpis.describe docs/kpi` writes the pages and takes away those of figures that are no more.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evidence_engine.kpis.formulas_zh import FORMULAS_ZH
from evidence_engine.kpis.iso22400 import NAMES, NOT_COMPUTED
from evidence_engine.kpis.kpi import Kpi
from evidence_engine.kpis.pages_example import Shown, shown_examples
from evidence_engine.kpis.registry import KPIS
from evidence_engine.kpis.texts import Both, Text, texts

LANGUAGES = ("en", "zh")
_NOTE = "<!-- Written by `python -m evidence_engine.kpis.describe docs/kpi`; a test checks that it is current. -->"

_WORDS: dict[str, tuple[str, str]] = {
    "all": ("全部指标", "all figures"),
    "other": ("English", "中文"),
    "formula": ("公式", "formula"),
    "iso": ("ISO 22400-2", "ISO 22400-2"),
    "number": ("第 {} 项 {}", "No. {}, {}"),
    "none": ("不在 34 项之列", "none of the 34"),
    "symbols": ("标准的符号", "in the standard's symbols"),
    "unit": ("单位", "unit"),
    "better": ("趋势", "better"),
    "more": ("越大越好", "the more the better"),
    "less": ("越小越好", "the less the better"),
    "neither": ("无", "neither"),
    "rule": ("规则", "rule"),
    "method": ("记录中的方法", "method in the record"),
    "series": ("需要的数据", "What it needs"),
    "bounds": ("上下限的由来", "How low and high come about"),
    "tight": ("界限的紧密程度", "How close the bounds are"),
    "wide": ("使其变宽的原因", "What makes it wide"),
    "misread": ("常见误读", "Common misreadings"),
    "example": ("示例", "Example"),
}
"""Heading → (zh, en)."""

_DOMAINS: dict[str, tuple[str, str]] = {
    "equipment": ("设备", "Equipment"),
    "quality": ("质量", "Quality"),
    "production": ("生产与订单", "Production and orders"),
    "energy": ("能源", "Energy"),
    "network": ("联网", "Network"),
    "data": ("数据", "Data"),
    "planning": ("计划", "Planning"),
    "traceability": ("追溯", "Traceability"),
    "maintenance": ("维护", "Maintenance"),
    "environment": ("环境", "Environment"),
    "collection": ("采集", "Collection"),
    "losses": ("损失", "Losses"),
    "plausibility": ("数据可信性", "Plausibility"),
}
"""Domain → (zh, en); one that is not here shows its id."""

_HEAD = {
    "zh": """\
# 指标说明

每个指标一页：含义、需要的数据、上下限的由来、使其变宽的原因、常见误读，以及由引擎在生成页面时实际算出的示例。
规则 `D…` 见[每个数字的含义](../definitions.zh-CN.md)。示例的工厂与样本在 `evidence_engine/kpis/example/`。
""",
    "en": """\
# The figures, one page each

What it means, what it needs, how its bounds come about, what makes them wide, how it is misread, and an example that the
engine computed when the page was written. Rules `D…` are those of [what every figure means](../definitions.md). Plant and
samples of the examples are in `evidence_engine/kpis/example/`.
""",
}

_ISO_HEAD = {
    "zh": "## 与 ISO 22400-2:2014 的 34 个指标对照\n\n| 编号 | 指标 | 本产品 |\n|--:|---|---|",
    "en": "## The 34 of ISO 22400-2:2014\n\n| No. | KPI | here |\n|--:|---|---|",
}
_NOT_COMPUTED = {"zh": "不计算：", "en": "not computed: "}


def _word(key: str, lang: str) -> str:
    zh, en = _WORDS[key]
    return zh if lang == "zh" else en


def _said(both: Both, lang: str) -> str:
    return (both.zh if lang == "zh" else both.en).strip()


def _name(kpi: Kpi, lang: str) -> str:
    return kpi.name_zh if lang == "zh" else kpi.name_en


def _formula(kpi: Kpi, lang: str) -> str:
    return _cell(FORMULAS_ZH.get(kpi.id, kpi.formula) if lang == "zh" else kpi.formula)


def file_name(kpi_id: str, lang: str) -> str:
    """`equipment.oee.md`, `equipment.oee.zh-CN.md`; README is the index."""
    return f"{kpi_id}.zh-CN.md" if lang == "zh" else f"{kpi_id}.md"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    known, examples = texts(), shown_examples()
    found = {file_name("README", lang): index(known, lang) for lang in LANGUAGES}
    for kpi in KPIS.values():
        if kpi.id in known:
            for lang in LANGUAGES:
                found[file_name(kpi.id, lang)] = page(kpi, known[kpi.id], examples.get(kpi.id), lang)
    return found


def page(kpi: Kpi, text: Text, example: Shown | None, lang: str) -> str:
    """One KPI in one language."""
    other = "zh" if lang == "en" else "en"
    links = f"[{_word('other', lang)}]({file_name(kpi.id, other)}) · [{_word('all', lang)}]({file_name('README', lang)})"
    lines = [f"# {_name(kpi, lang)} · `{kpi.id}`", "", _NOTE, "", links, "", _said(text.meaning, lang), ""]
    lines += [*_facts(kpi, text, lang), ""]
    for key in ("series", "bounds", "tight", "wide", "misread"):
        lines += [f"## {_word(key, lang)}", "", _said(getattr(text, key), lang), ""]
    lines += [f"## {_word('example', lang)}", ""]
    lines += [*(example.lines(lang) if example else _no_example(lang)), ""]
    return "\n".join(lines)


def _facts(kpi: Kpi, text: Text, lang: str) -> Iterator[str]:
    number = _word("none", lang)
    if text.iso is not None:
        zh, en = NAMES[text.iso]
        number = _word("number", lang).format(text.iso, zh if lang == "zh" else en)
    yield "| | |"
    yield "|---|---|"
    yield f"| {_word('formula', lang)} | {_formula(kpi, lang)} |"
    if text.symbols:
        yield f"| {_word('symbols', lang)} | {_cell(text.symbols)} |"
    yield f"| {_word('iso', lang)} | {number} |"
    yield f"| {_word('unit', lang)} | `{kpi.unit}` |"
    yield f"| {_word('better', lang)} | {_word(kpi.better or 'neither', lang)} |"
    yield f"| {_word('rule', lang)} | {kpi.rule} |"
    yield f"| {_word('method', lang)} | `{kpi.method}` |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _no_example(lang: str) -> list[str]:
    if lang == "zh":
        return ["示例工厂没有这一指标所需的数据。"]
    return ["The example plant has none of the data that this figure needs."]


def index(known: Mapping[str, Text], lang: str) -> str:
    """README of one language: figures by domain, and the standard's 34."""
    other = "zh" if lang == "en" else "en"
    lines = [_HEAD[lang], _NOTE, "", f"[{_word('other', lang)}]({file_name('README', other)})", ""]
    by_domain: dict[str, list[Kpi]] = defaultdict(list)
    for kpi in KPIS.values():
        by_domain[kpi.id.partition(".")[0]].append(kpi)
    for domain, kpis in by_domain.items():
        zh, en = _DOMAINS.get(domain, (domain, domain))
        lines += [f"## {zh if lang == 'zh' else en}", "", *_table(kpis, known, lang), ""]
    lines += [_ISO_HEAD[lang], *_iso_rows(known, lang), ""]
    return "\n".join(lines)


def _table(kpis: Sequence[Kpi], known: Mapping[str, Text], lang: str) -> Iterator[str]:
    columns = ("指标", "名称", "公式", "单位") if lang == "zh" else ("figure", "name", "formula", "unit")
    yield f"| {' | '.join(columns)} |"
    yield "|---|---|---|---|"
    for kpi in kpis:
        shown = f"[`{kpi.id}`]({file_name(kpi.id, lang)})" if kpi.id in known else f"`{kpi.id}`"
        yield f"| {shown} | {_name(kpi, lang)} | {_formula(kpi, lang)} | `{kpi.unit}` |"


def _iso_rows(known: Mapping[str, Text], lang: str) -> Iterator[str]:
    ours: dict[int, list[str]] = defaultdict(list)
    for kpi_id, text in known.items():
        if text.iso is not None and kpi_id in KPIS:
            ours[text.iso].append(kpi_id)
    for number, (zh, en) in NAMES.items():
        links = [f"[`{one}`]({file_name(one, lang)})" for one in ours[number]]
        if number in NOT_COMPUTED:
            links.append(_NOT_COMPUTED[lang] + NOT_COMPUTED[number][lang == "en"])
        yield f"| {number} | {zh if lang == 'zh' else en} | {', '.join(links) or '—'} |"


def write(folder: Path) -> int:
    """Write all pages, take away those that are no more; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pages()
    for stale in folder.glob("*.md"):
        if stale.name not in found:
            stale.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(found)


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1]))} pages in {sys.argv[1]}\n")
