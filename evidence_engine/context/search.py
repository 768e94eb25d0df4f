"""Looking things up in the context: by words, province, industry, level; and counting peers by level."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence_engine.context.files import Case, Company, Context, Mode, Policy
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.roles import did_you_mean

NATIONAL = "全国"
SUFFIXES = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, in the order of the source."""

    companies: list[Company]
    policies: list[Policy]
    cases: list[Case]
    modes: list[Mode]


@dataclass(frozen=True, slots=True)
class Peers:
    """How many assessed companies hold each level, the lowest first."""

    levels: dict[int, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.levels.values())


def search(
    context: Context,
    words: Sequence[str] = (),
    province: str = "",
    industry: str = "",
    level: int | None = None,
) -> Found:
    """What bears every word and fits the filters; national policies hold in every province.

    Policies know neither industry nor level: where only those are asked for, none is listed. Modes are found by words.
    BadInput: a province or industry that the data does not know.
    """
    short = province_of(context, province) if province else ""
    kind = industry_of(context, industry) if industry else ""
    companies = [
        c
        for c in context.companies
        if (not short or _short(c.province) == short)
        and kind in ("", c.industry)
        and level in (None, c.level)
        and _bears(words, c.name, c.province, c.city, c.product, _words_of(context, c.industry))
    ]
    policies = [
        p
        for p in context.policies
        if (not short or _short(p.province) in (short, NATIONAL))
        and (words or short or not (kind or level))
        and _bears(words, p.province, p.place, p.title, p.zh, p.en, p.year)
    ]
    provinces = {c.name: c.province for c in context.companies}
    cases = [
        c
        for c in context.cases
        if kind in ("", c.industry)
        and level in (None, c.level)
        and (not short or _short(provinces.get(c.company, "")) == short)
        and _bears(words, c.company, c.mode, c.place.zh, c.place.en, *(f"{f.zh} {f.en}" for f in c.figures))
    ]
    modes = [m for m in context.modes if words and _bears(words, m.id, m.zh, m.en, *_steps_of(m))]
    return Found(companies, policies, cases, modes)


def peers_of(companies: Iterable[Company]) -> Peers:
    """Companies by level."""
    counts = Counter(company.level for company in companies)
    return Peers({level: counts[level] for level in range(1, 6)})


def province_of(context: Context, word: str) -> str:
    """A province by its name with or without 省 or 市."""
    known = {_short(c.province) for c in context.companies} | {_short(p.province) for p in context.policies}
    known -= {NATIONAL}
    if _short(word) not in known:
        raise BadInput(f"province: nothing of '{word}', expected one of {'、'.join(sorted(known))}")
    return _short(word)


def industry_of(context: Context, word: str) -> str:
    """An industry by its id or its name in either language."""
    for key, name in context.industries.items():
        if word.lower() in (key, name.zh, name.en.lower()):
            return key
    known = list(context.industries)
    raise BadInput(f"industry: '{word}', expected one of {', '.join(known)}{did_you_mean(word, known)}")


def _short(province: str) -> str:
    for suffix in SUFFIXES:
        if len(province) > len(suffix) + 1 and province.endswith(suffix):
            return province.removesuffix(suffix)
    return province


def _steps_of(mode: Mode) -> list[str]:
    return [f"{w.zh} {w.en}" for path in mode.paths for w in (path, *path.steps)]


def _words_of(context: Context, industry: str) -> str:
    name = context.industries[industry]
    return f"{industry} {name.zh} {name.en}"


def _bears(words: Iterable[str], *texts: str) -> bool:
    everything = " ".join(texts).lower()
    return all(word.lower() in everything for word in words)
