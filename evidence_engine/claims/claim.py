"""A claim as written: a KPI of some subjects, before and after, and by how much it is said to have changed.

`configs/claims.example.yaml` is the example. A change is one of
  relative: 12 %                      of what it was; for a fall -12 %
  absolute: 0.05                      in the KPI's unit; for a share, 0.05 or 5 % are 5 points
  before: 20 %   after: 100 %         as before/after tables say it: `after` is reached, and the change is that great
and is claimed of each subject at least. An amount (electricity, pieces) of windows of different length can only be
compared `per_day`; energy also `per_good_piece`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)

from evidence_engine.documents import read_yaml
from evidence_engine.kpis import KPIS
from evidence_engine.vocabulary.instants import parse_instant, to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import did_you_mean
from evidence_engine.vocabulary.window import Window

Normalise = Literal["none", "per_day", "per_good_piece"]
Subject = Mapping[str, str]
"""{} the site, {"asset": …} or {"step": …}."""

_SUMS = ("kWh", "MJ", "m3", "kgce", "kg", "CNY", "{piece}", "{event}")
_SUMS_OF_TIME = ("losses.", "environment.exceeded_time")
AMOUNTS = {
    kpi.id
    for kpi in KPIS.values()
    if kpi.unit in _SUMS or (kpi.unit == "h" and kpi.id.startswith(_SUMS_OF_TIME))
}
ENERGY = {kpi for kpi in AMOUNTS if kpi.startswith("energy.")}
NOT_OFFERED = {
    "product_mix": "no figure per product is in the evidence; compare windows with the same products",
    "degree_days": "it needs a heating base load that no data proves; compare the same season",
}
"""Normalisations that would not come out right, and the way out."""


def _number(value: object) -> Fraction:
    """A number as written, exactly; `12 %` is 0.12."""
    text = str(value).strip()
    try:
        return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{value}' is not a number, expected e.g. 0.12 or 12 %") from None


def _instant_text(value: object) -> object:
    """YAML reads a date or a time with seconds as such, not as text."""
    return value.isoformat() if isinstance(value, date) else value


def _offered(value: object) -> object:
    if isinstance(value, str) and value in NOT_OFFERED:
        raise ValueError(f"'{value}' is not offered: {NOT_OFFERED[value]}")
    return value


Number = Annotated[Fraction, BeforeValidator(_number)]
Time = Annotated[str, BeforeValidator(_instant_text)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Text(_Written):
    """A statement in both languages."""

    zh: str
    en: str


class Span(_Written):
    """A window, from (inclusive) to (exclusive); a naive time is plant time (D1)."""

    from_: Time = Field(alias="from")
    to: Time


class Change(_Written):
    """By how much, in one of the three forms."""

    relative: Number | None = None
    absolute: Number | None = None
    before: Number | None = None
    after: Number | None = None

    @property
    def least(self) -> Fraction:
        """The change claimed, with its sign."""
        if self.before is not None and self.after is not None:
            return self.after - self.before
        return self.relative if self.relative is not None else self.absolute or Fraction(0)

    def to_json(self) -> dict[str, float]:
        """As in the answer."""
        return {key: float(value) for key, value in self if value is not None}

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = {key for key, value in self if value is not None}
        if given not in ({"relative"}, {"absolute"}, {"before", "after"}):
            raise ValueError("expected relative, or absolute, or before and after")
        if not self.least:
            raise ValueError("claims no change at all")
        if self.relative is not None and (self.relative < -1 or self.relative >= 10):
            raise ValueError(f"relative: {float(self.relative):.0%} can't be meant; write 12 % or 0.12")
        return self


class WrittenClaim(_Written):
    """One claim as written."""

    id: str = Field(min_length=1)
    statement: Text
    kpi: str
    subjects: list[str] = Field(["site"], min_length=1)
    baseline: Span
    comparison: Span
    change: Change
    means: Literal["improvement", "deterioration"] = "improvement"
    """What the statement says the change is; its sign must agree."""
    normalise: Annotated[Normalise, BeforeValidator(_offered)] = "none"

    @model_validator(mode="after")
    def _kpi_exists(self) -> Self:
        if self.kpi not in KPIS:
            raise ValueError(f"kpi: unknown KPI '{self.kpi}'{did_you_mean(self.kpi, KPIS)}")
        return self

    @model_validator(mode="after")
    def _sign_agrees(self) -> Self:
        kpi, rises = KPIS[self.kpi], self.change.least > 0
        improves = rises == (kpi.better == "more")
        if kpi.better is not None and improves != (self.means == "improvement"):
            way, sign = ("a rise", "positive") if not rises else ("a fall", "negative")
            raise ValueError(
                f"change: of '{self.kpi}' {kpi.better} is better, so {_an(self.means)} is {way}: expected a {sign} change"
                f" (or means: {'deterioration' if self.means == 'improvement' else 'improvement'})"
            )
        return self

    @model_validator(mode="after")
    def _shares_are_shares(self) -> Self:
        numbers = [n for n in (self.change.absolute, self.change.before, self.change.after) if n is not None]
        if KPIS[self.kpi].unit == "1" and any(abs(n) > 1 for n in numbers) and self._is_bounded:
            raise ValueError(f"change: '{self.kpi}' is a share from 0 to 1; write 0.05 or 5 % for 5 points")
        return self

    @property
    def _is_bounded(self) -> bool:
        """Schedule attainment and effectiveness may exceed 1."""
        return self.kpi not in ("production.schedule_attainment", "equipment.effectiveness")

    @model_validator(mode="after")
    def _normalise_fits(self) -> Self:
        fits = {"none": set(KPIS), "per_day": AMOUNTS, "per_good_piece": ENERGY}[self.normalise]
        if self.kpi not in fits:
            raise ValueError(
                f"normalise: '{self.normalise}' is for {', '.join(sorted(fits))}, not for '{self.kpi}'"
            )
        return self


def _an(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


class ClaimFile(_Written):
    """The whole file."""

    schema_: Literal["floortruth/claims/1"] = Field(alias="schema")
    claims: list[WrittenClaim] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A checked claim: subjects and windows are those of the plant."""

    written: WrittenClaim
    subjects: tuple[Subject, ...]
    baseline: Window
    comparison: Window


def read_claims(text: str, name: str, plant: Plant, data: tuple[int, int] | None = None) -> list[Claim]:
    """The claims of a file. data: first and last instant (ns) of what was collected, where known.

    BadInput names line and reason: unknown KPI or subject, overlapping windows, a baseline before any data, a sign
    that does not agree with what is claimed.
    """
    known: dict[str, Claim] = {}

    def check(written: WrittenClaim) -> WrittenClaim:
        if written.id in known:
            raise ValueError(f"claim '{written.id}' stands twice")
        known[written.id] = _claim(written, plant, data)
        return written

    checked = Annotated[WrittenClaim, AfterValidator(check)]
    read_yaml(text, name, create_model("Claims", __base__=ClaimFile, claims=(list[checked], ...)))
    return list(known.values())


def _claim(written: WrittenClaim, plant: Plant, data: tuple[int, int] | None) -> Claim:
    baseline = _window("baseline", written.baseline, plant)
    comparison = _window("comparison", written.comparison, plant)
    if comparison.start < baseline.end:
        raise ValueError(
            f"baseline and comparison overlap: the comparison begins {_told(comparison.start, plant)}, before the baseline "
            f"ends {_told(baseline.end, plant)}"
            if comparison.end > baseline.start
            else "the comparison lies before the baseline: exchange them"
        )
    if data is not None:
        _check_data(baseline, comparison, plant, data)
    _check_lengths(written, baseline, comparison)
    return Claim(written, tuple(_subject(word, plant) for word in written.subjects), baseline, comparison)


def _window(what: str, span: Span, plant: Plant) -> Window:
    try:
        start, end = parse_instant(span.from_, plant.zone), parse_instant(span.to, plant.zone)
        return Window(start, end, "custom", f"{start // 10**9}-{end // 10**9}")
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None


def _check_data(baseline: Window, comparison: Window, plant: Plant, data: tuple[int, int]) -> None:
    first, last = data
    if baseline.end <= first:
        raise ValueError(
            f"baseline lies before any data, which begins {_told(first, plant)}: import history for it, or move it"
        )
    if comparison.start >= last:
        raise ValueError(f"comparison lies after all data, which ends {_told(last, plant)}: move it, or wait")


def _check_lengths(written: WrittenClaim, baseline: Window, comparison: Window) -> None:
    lengths = (baseline.end - baseline.start, comparison.end - comparison.start)
    if written.kpi in AMOUNTS and written.normalise == "none" and lengths[0] != lengths[1]:
        ways = "per_day or per_good_piece" if written.kpi in ENERGY else "per_day"
        raise ValueError(
            f"'{written.kpi}' is an amount and the windows differ in length: write normalise: {ways}"
        )


def _told(instant: int, plant: Plant) -> str:
    """In plant time, as the file is written."""
    return f"{to_datetime(instant, plant.zone):%Y-%m-%dT%H:%M:%S}"


def _subject(word: str, plant: Plant) -> Subject:
    if word in ("site", plant.site.id):
        return {}
    if word in plant.assets and word in plant.steps:
        raise ValueError(f"subjects: '{word}' is an asset and a step; give one of them another name")
    if word in plant.assets:
        return {"asset": word}
    if word in plant.steps:
        return {"step": word}
    known = ["site", *plant.assets, *plant.steps]
    raise ValueError(f"subjects: '{word}' is no asset, no step and not 'site'{did_you_mean(word, known)}")
