"""Crews that take turns: 两班倒, 三班倒, 四班三运转, 四班两运转, told by a pattern and the date on which it begins (D9).

Each crew walks through the same turns, each `turn` days long, one turn behind the crew before it; on `since` the first
crew takes the first shift. With the default turns, day by day from `since`:

| pattern | crews | the first crew works |
|---|---|---|
| `two_shifts` 两班倒 | 2 | a week of shift 1, a week of shift 2 |
| `three_shifts` 三班倒 | 3 | a week of each of the three |
| `four_crews_three_shifts` 四班三运转 | 4 | 2 days of each of the three, 2 days off |
| `four_crews_two_shifts` 四班两运转 | 4 | a day of shift 1, a day of shift 2, 2 days off |

A rotation only says who works: when a shift runs at all is the calendar's.
"""

from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from evidence_engine.vocabulary.roles import did_you_mean
from evidence_engine.vocabulary.written import DateText, WrittenModel


class Turns(NamedTuple):
    """shifts and crews of a pattern, and the days that one turn lasts unless told."""

    shifts: int
    crews: int
    days: int


PATTERNS = {
    "two_shifts": Turns(2, 2, 7),
    "three_shifts": Turns(3, 3, 7),
    "four_crews_three_shifts": Turns(3, 4, 2),
    "four_crews_two_shifts": Turns(2, 4, 1),
}
CHINESE = {
    "两班倒": "two_shifts",
    "三班倒": "three_shifts",
    "四班三运转": "four_crews_three_shifts",
    "四班两运转": "four_crews_two_shifts",
}


def _pattern(word: object) -> object:
    found = CHINESE.get(word, word) if isinstance(word, str) else word
    if found not in PATTERNS:
        near = did_you_mean(str(word), [*PATTERNS, *CHINESE])
        raise ValueError(f"unknown pattern '{word}'{near or ', expected one of ' + ', '.join(PATTERNS)}")
    return found


PatternWord = Annotated[
    Literal["two_shifts", "three_shifts", "four_crews_three_shifts", "four_crews_two_shifts"],
    BeforeValidator(_pattern),
]


class Rotation(WrittenModel):
    """Who works which shift."""

    pattern: PatternWord
    since: DateText
    """The local date on which the first crew takes the calendar's first shift."""
    turn: int | None = Field(default=None, ge=1)
    """Days of one turn; the pattern's own unless told."""
    crews: list[str] = Field(default_factory=list)
    """Their names, in the order in which they follow one another; A, B, … unless told."""

    @model_validator(mode="after")
    def _as_many_crews(self) -> "Rotation":
        wanted = PATTERNS[self.pattern].crews
        if self.crews and len(self.crews) != wanted:
            raise ValueError(f"crews: {self.pattern} has {wanted} crews, got {len(self.crews)}")
        if len(set(self.crews)) < len(self.crews) or not all(self.crews):
            raise ValueError("crews: each crew needs a name of its own")
        return self

    @property
    def shifts(self) -> int:
        """How many shifts a day the pattern has."""
        return PATTERNS[self.pattern].shifts

    def crew_of(self, shift: int, day: date) -> str:
        """The crew that works the calendar's shift number `shift` on a local date."""
        turns = PATTERNS[self.pattern]
        names = self.crews or [chr(ord("A") + crew) for crew in range(turns.crews)]
        passed = (day - date.fromisoformat(self.since)).days // (self.turn or turns.days)
        return names[(passed - shift) % turns.crews]
