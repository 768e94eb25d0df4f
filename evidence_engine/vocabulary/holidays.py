"""Holidays and make-up workdays of China, as the State Council announced them (D9), through the package that keeps them."""

from calendar import isleap
from datetime import date, timedelta
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


@lru_cache(maxsize=1000)
def china_days(year: int) -> dict[date, DayKind]:
    """What the notice of that year says; nothing for ordinary days, and for a year that the package doesn't hold."""
    from chinese_calendar import get_holiday_detail

    if not china_knows(year):
        return {}
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + isleap(year))]
    told = ((day, *get_holiday_detail(day)) for day in days)
    return {day: "holiday" if is_off else "workday" for day, is_off, name in told if name is not None}


@lru_cache(maxsize=1000)
def china_knows(year: int) -> bool:
    """Whether the package holds the notice of that year: each comes some weeks before the year begins."""
    from chinese_calendar import is_holiday

    try:
        is_holiday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
