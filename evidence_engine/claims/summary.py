"""The answer document as text, in zh or en."""

from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {
    "supported": ("支持", "supported"),
    "contradicted": ("反驳", "contradicted"),
    "not_decidable": ("不能判定", "not decidable"),
}
_PROVISIONAL = ("暂定，数据仍可能补到", "provisional: data may still arrive")
_COVERAGE = ("覆盖：前 {:.1%}，后 {:.1%}", "coverage: before {:.1%}, after {:.1%}")


def summary(document: Mapping[str, Any], lang: str = "zh") -> str:
    """Each claim with its verdict; each subject with its interval, coverage and what would decide it."""
    return "\n".join(line for claim in document["claims"] for line in _claim(claim, lang))


def _claim(claim: Mapping[str, Any], lang: str) -> Iterator[str]:
    yield f"{claim['id']}: {_word(claim['verdict'], lang)}    {claim['statement'][lang]}"
    for answer in claim["subjects"]:
        subject = answer["subject"]
        name = subject.get("asset") or subject.get("step") or subject["site"]
        yield f"  {name:<10} {_word(answer['verdict'], lang)}: {answer['because'][lang]}"
        coverage = _COVERAGE[lang != "zh"].format(
            *(answer[window]["coverage"] for window in ("baseline", "comparison"))
        )
        provisional = any(answer[window]["provisional"] for window in ("baseline", "comparison"))
        yield f"    {coverage}" + (f"; {_PROVISIONAL[lang != 'zh']}" if provisional else "")
        yield from (f"    · {told[lang]}" for told in answer["would_decide"])
    yield ""


def _word(verdict: str, lang: str) -> str:
    return WORDS[verdict][lang != "zh"]
