"""Instants are UTC int64 nanoseconds; this module is the only place where they become text and back (D1)."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NS = 1_000_000_000
MINUTE = 60 * NS
HOUR = 3600 * NS
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
)


@lru_cache(maxsize=4096)  # the records of a window all name the same two
def format_instant(ns: int) -> str:
    """Write an instant as D1 does: `2026-11-24T08:00:00.000000000Z`."""
    seconds, fraction = divmod(ns, NS)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def parse_instant(text: str, zone: ZoneInfo) -> int:
    """Read an instant; a naive time means the plant's `zone`, a date alone its local midnight (D1).

    Raises ValueError with one sentence where the text is no instant.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a time, expected e.g. 2026-11-24T08:00 or 2026-11-24T00:00:00Z")
    stamp = f"{match['date']}T{match['time'] or '00:00'}{match['zone'] or ''}"
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return from_datetime(moment) + int((match["fraction"] or "0").ljust(9, "0"))


def from_datetime(moment: datetime) -> int:
    """Nanoseconds of an aware datetime, by integers only."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def to_datetime(ns: int, zone: ZoneInfo | None = None) -> datetime:
    """The aware datetime of an instant, cut to microseconds, in `zone` (UTC unless told)."""
    moment = _EPOCH + timedelta(microseconds=ns // 1000)
    return moment.astimezone(zone) if zone is not None else moment


def local_midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which a local date begins."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone))


def wall_offset(minute: int, zone: ZoneInfo) -> int:
    """By how many seconds a zone's clock is ahead of UTC when it shows a minute since its 1970-01-01T00:00, fold 0."""
    offset = (_EPOCH + timedelta(minutes=minute)).replace(tzinfo=zone).utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return offset // timedelta(seconds=1)
