"""What a search of the context found, as text in zh or en, and as JSON; always with source, year and what it is not."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from evidence_engine.context.files import Case, Context, Mode
from evidence_engine.context.search import Found, peers_of

SHOWN = 12

_TEXTS = {
    "peers": ("同行：{} 家已评企业", "peers: {} assessed companies"),
    "level": ("{} 级 {} 家", "level {}: {}"),
    "policies": ("政策：{} 条", "policies: {}"),
    "cases": ("案例：{} 个（企业自述的前 → 后）", "cases: {} (before → after, as the companies state it)"),
    "modes": ("模式：{} 个（做法的步骤）", "modes: {} (the steps of each)"),
    "more": ("……另 {} 条，见 --json", "… and {} more: see --json"),
    "row": ("附录 {}，第 {} 行", "appendix {}, row {}"),
    "only": ("仅供参照，不参与任何评分", "for orientation; no score uses it"),
    "source": ("出处：{}", "source: {}"),
}


def context_text(context: Context, found: Found, lang: str = "zh") -> str:
    """Peers by level, then rows of companies, policies and cases, as many as fit a screen."""
    lines = [*_companies(context, found, lang), *_policies(context, found, lang)]
    lines += [*_cases(found.cases, lang), *_modes(found.modes, lang)]
    lines += [_say("source", lang).format(getattr(context.source, lang)), _say("only", lang)]
    return "\n".join(lines)


def _companies(context: Context, found: Found, lang: str) -> Iterator[str]:
    peers = peers_of(found.companies)
    yield _say("peers", lang).format(peers.total)
    told = [_say("level", lang).format(level, n) for level, n in peers.levels.items() if n]
    if told:
        yield "  " + ", ".join(told)
    for c in found.companies[:SHOWN]:
        industry = getattr(context.industries[c.industry], lang)
        place = c.province if c.city == c.province else f"{c.province}{c.city}"
        scope = " ".join(c.scope)
        yield f"  L{c.level} {c.name} · {place} · {industry}: {c.product} [{scope}] ({_row(1, c.row, lang)})"
    yield from _more(len(found.companies), lang)
    yield ""


def _policies(context: Context, found: Found, lang: str) -> Iterator[str]:
    yield _say("policies", lang).format(len(found.policies))
    for p in found.policies[:SHOWN]:
        year = f" {p.year}" if p.year else ""
        kind = getattr(context.kinds[p.kind], lang)
        yield f"  {p.province}{p.place}{year} · {kind} · {p.title}: {getattr(p, lang)} ({_row(2, p.row, lang)})"
    yield from _more(len(found.policies), lang)
    yield ""


def _cases(cases: list[Case], lang: str) -> Iterator[str]:
    yield _say("cases", lang).format(len(cases))
    for case in cases:
        yield f"  L{case.level} {case.company} ({getattr(case.place, lang)})"
        for f in case.figures:
            yield f"    {f.subdomain} {getattr(f, lang)}: {f.before or '—'} → {f.after}"
    yield ""


def _modes(modes: list[Mode], lang: str) -> Iterator[str]:
    """Only where some were found: each sub-mode with its steps."""
    if not modes:
        return
    yield _say("modes", lang).format(len(modes))
    for mode in modes:
        yield f"  {getattr(mode, lang)} ({mode.source})"
        for path in mode.paths:
            steps = " → ".join(getattr(step, lang) for step in path.steps)
            yield f"    {getattr(path, lang)}: {steps}"
    yield ""


def _more(count: int, lang: str) -> Iterator[str]:
    if count > SHOWN:
        yield "  " + _say("more", lang).format(count - SHOWN)


def _row(appendix: int, row: int, lang: str) -> str:
    return _say("row", lang).format(appendix, row)


def _say(key: str, lang: str) -> str:
    return _TEXTS[key][lang != "zh"]


def context_json(context: Context, found: Found) -> dict[str, Any]:
    """Everything found, with source and year; `used_in_score` is always false."""
    return {
        "schema": "floortruth/context-answer/1",
        "source": context.source.model_dump(),
        "year": context.year,
        "notes": [note.model_dump() for note in context.notes],
        "used_in_score": False,
        "peers": peers_of(found.companies).levels,
        "companies": [asdict(c) for c in found.companies],
        "policies": [asdict(p) for p in found.policies],
        "cases": [case.model_dump() for case in found.cases],
        "modes": [mode.model_dump() for mode in found.modes],
    }
