"""Moments: times that a text states."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TAGGED = re.compile(
    r"(\d{4})[-:/](\d\d)[-:/](\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_TAGGED_TIGHTLY = re.compile(r"\s*(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)|-*)\s*")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, and what states it."""

    datetime: str
    """RFC 3339, UTC; midnight where only the day is known."""
    source: str
    """What said so."""


def read_moment(text: str, source: str) -> Moment | None:
    """Return the first time in a text, such as ``2018-07-16T06:06:23Z``; None where there is none.

    Args:
        text: What was found; a time without a zone is taken as UTC.
        source: Where it was found.
    """
    match = _TAGGED.search(text) or _TAGGED_TIGHTLY.fullmatch(text)
    if match is None:
        return None
    numbers, zone = match.groups()[:6], match.groups()[6:]
    found = utc_time(*(int(part or 0) for part in numbers))
    try:
        return None if found is None else as_moment(found - _zone(*zone), source)
    except OverflowError:  # in UTC it lies before year 1
        return None


def _zone(text: str | None = None) -> timedelta:
    if text is None or text == "Z":  # a tag without a zone is taken as UTC
        return timedelta(0)
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))


def utc_time(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime | None:
    """Return a time in UTC; None where there is no such time, or it has not been yet."""
    try:
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return found if is_past(found) else None


def is_past(time: datetime) -> bool:
    """Return whether a time has been."""
    return time <= datetime.now(UTC)


def as_moment(time: datetime, source: str) -> Moment:
    """Return a time, and what states it."""
    # not strftime: it writes the year 925 with three digits
    return Moment(time.isoformat(timespec="seconds").replace("+00:00", "Z"), source)
