"""When a scene was taken, as far as its name and its tags say.

File names come first: the tags of a processed file often hold the hour it was written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FIRST_YEAR = 1930
"""Aerial archives reach back to here; a number that says an earlier year is not a date."""

# a run of digits belongs to one number: neither side may continue it
_DAY = r"(?P<y>(?:19|20)\d\d)(?P<s>[-_.]?)(?P<m>0[1-9]|1[0-2])(?P=s)(?P<d>0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:(?:[T_ -])(?P<H>[01]\d|2[0-3])[:_-]?(?P<M>[0-5]\d)[:_-]?(?P<S>[0-5]\d))"
_NAMED = re.compile(rf"(?<!\d){_DAY}(?:{_CLOCK}(?!\d)|(?!\d))")
# Landsat scene ids of before 2012: LXSPPPRRRYYYYDDDGSIVV, the day of the year
_LANDSAT = re.compile(r"(?<![A-Za-z0-9])L[COTEM]?[1-9]\d{6}((?:19|20)\d\d)([0-3]\d\d)[A-Z]{3}\d\d")

_ACQUISITION_TAGS = (
    "ACQUISITIONDATETIME",  # GDAL's IMAGERY metadata
    "ACQUISITION_DATETIME",
    "ACQUISITION_DATE",
    "ACQUISITION_TIME",
    "ACQUISITIONDATE",
    "DATE_ACQUIRED",  # Landsat MTL
    "SENSING_TIME",
    "PRODUCT_START_TIME",  # Sentinel-2
    "DATETIME",
    "TIME_START",
)
_WRITING_TAG = "TIFFTAG_DATETIME"
_TAGGED = re.compile(
    r"(\d{4})[-:/](\d\d)[-:/](\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that was found, and where."""

    datetime: str
    """RFC 3339, UTC; midnight where only the day is known."""
    source: str
    """What said so."""


def find_moment(names: Sequence[str], tags: Mapping[str, str]) -> Moment | None:
    """Return when a scene was taken, or None where nothing says.

    Args:
        names: What the scene is called: the product's name, the file's; the first that says wins.
        tags: The raster's tags, all domains together.
    """
    named = (_from_name(name) for name in names)
    return next(filter(None, named), None) or _from_tags(tags)


def _from_name(name: str) -> Moment | None:
    if match := _LANDSAT.search(name):
        start = _moment(int(match[1]), 1, 1)
        day = int(match[2])
        if start is not None and 1 <= day <= 366:
            return _said(start + timedelta(days=day - 1), "file name")
    for match in _NAMED.finditer(name):
        clock = [int(match[part] or 0) for part in "HMS"]
        found = _moment(int(match["y"]), int(match["m"]), int(match["d"]), *clock)
        if found is not None:
            return _said(found, "file name")
    return None


def _from_tags(tags: Mapping[str, str]) -> Moment | None:
    upper = {key.upper(): value for key, value in tags.items()}
    for key in (*_ACQUISITION_TAGS, _WRITING_TAG):
        if found := read_moment(upper.get(key, ""), f"tag {key}"):
            return found
    return None


def read_moment(text: str, source: str) -> Moment | None:
    """Return the first time in a text, such as ``2018-07-16T06:06:23Z``; None where there is none.

    Args:
        text: What was found; a time without a zone is taken as UTC.
        source: Where it was found.
    """
    match = _TAGGED.search(text)
    if match is None:
        return None
    found = _moment(*(int(part or 0) for part in match.groups()[:6]))
    return None if found is None else _said(found - _zone(match[7]), source)


def _zone(text: str | None) -> timedelta:
    if text is None or text == "Z":  # a tag without a zone is taken as UTC
        return timedelta(0)
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))


def _moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime | None:
    try:
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return found if year >= _FIRST_YEAR and found <= datetime.now(UTC) else None


def _said(moment: datetime, source: str) -> Moment:
    return Moment(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), source)
