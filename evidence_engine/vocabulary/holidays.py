"""Holidays and make-up workdays of China, as the State Council announced them (D9), through the package that keeps them."""

from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from typing import Literal

DayKind = Literal["holiday", "workday"]
"""holiday (休): none of the usual shifts start; workday (班): those of an ordinary working day do."""

CHINA = "china"
_PACKAGE = "chinese_calendar"


def china_is_installed() -> bool:
    """Whether the package is there; the base install, an agent's, has no use for it."""
    return find_spec(_PACKAGE) is not None


@lru_cache(maxsize=100_000)
def china_day(day: date) -> DayKind | None:
    """What the notice says of a date; None: an ordinary day, or a year that the package doesn't hold."""
    from chinese_calendar import get_holiday_detail

    try:
        is_off, name = get_holiday_detail(day)
    except NotImplementedError:
        return None
    if name is None:
        return None
    return "holiday" if is_off else "workday"


@lru_cache(maxsize=1000)
def china_knows(year: int) -> bool:
    """Whether the package holds the notice of that year: each comes some weeks before the year begins."""
    from chinese_calendar import is_holiday

    try:
        is_holiday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
