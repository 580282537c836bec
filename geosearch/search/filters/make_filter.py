"""What a chip must satisfy, from what a user writes; read strictly, or refused.

A filter that cannot be applied is an error, never an unfiltered answer.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Unpack

from geosearch.errors import UsageError
from geosearch.geo import MAX_LON, ROUNDING_DEG
from geosearch.index import Area, Filter, TimeSpan, ValueRange
from geosearch.search.conditions import QUANTITIES, Conditions, Quantity, require_known
from geosearch.search.filters.moments import moments_text
from geosearch.text import shown
from geosearch.vocabulary import KINDS

if TYPE_CHECKING:
    from geosearch.search.conditions import Moments
    from geosearch.search.filters.area_documents import StatedArea

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_MS = -(2**62)
_LATEST_MS = 2**62
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
# RFC 3339 section 5.6: a zone is required; T and Z in either case, a blank for T
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)")
_DATETIME_HINT = (
    "write a date (2020-06-01), an RFC 3339 instant (2020-06-01T12:00:00Z), "
    "or A/B with .. for an open end"
)
_BBOX_HINT = 'give "W,S,E,N" in degrees, such as "11.2,48.0,11.8,48.3"'


def make_filter(**conditions: Unpack[Conditions]) -> Filter:
    """Build a filter from what a user writes.

    Args:
        **conditions: As `Conditions` describes them.

    Raises:
        UsageError: A condition is not valid.
        UnknownConditionError: There is no condition of that name.
    """
    require_known(conditions, Conditions)
    bbox, intersects = conditions.get("bbox"), conditions.get("intersects")
    areas = [] if bbox is None else [parse_bbox(bbox)]
    stated = None if intersects is None else _read_area(intersects)
    if stated is not None:
        areas.append(Area.of_geometry(stated.geometry))
    when, undated = conditions.get("datetime"), bool(conditions.get("undated"))
    if undated and when is None:
        raise UsageError(
            "`undated` without `datetime`",
            hint="`undated` adds to what `datetime` finds: give both",
            parameter="undated",
        )
    return Filter(
        areas=tuple(areas),
        time=None if when is None else parse_time_span(moments_text(when)),
        undated=undated,
        ranges=_ranges(conditions),
        kinds=_kinds(conditions.get("kind")),
        notes=() if stated is None else stated.notes,
    )


def _kinds(given: str | Sequence[str] | None) -> frozenset[str] | None:
    """Return the kinds that pass; None for all."""
    if given is None:
        return None
    try:
        kinds = frozenset([given] if isinstance(given, str) else given)
        strange = sorted(map(str, kinds - {*KINDS, "all"}))
    except TypeError:
        kinds, strange = frozenset(), [repr(given)]
    if strange or not kinds:
        raise UsageError(
            f"`kind` is {shown(', '.join(strange))[:60]}" if strange else "`kind` is empty",
            hint=f"give one or several of {', '.join(KINDS)}, or all",
            parameter="kind",
        )
    return None if "all" in kinds else kinds


def _read_area(source: Any) -> StatedArea:
    from geosearch.search.filters.area_documents import read_area  # here: pyproj comes with it

    return read_area(source)


def read_near_date(when: Moments) -> TimeSpan:
    """Return the time that chips should be near to: a moment, or a span of no distance.

    Raises:
        UsageError: It cannot be read.
    """
    return parse_time_span(moments_text(when, "near_date"), "near_date")


def _ranges(conditions: Conditions) -> tuple[ValueRange, ...]:
    given: Mapping[str, Any] = conditions
    ranges = []
    for name, quantity in QUANTITIES.items():
        minimum, maximum = (_bound(f"{end}_{name}", given, quantity) for end in ("min", "max"))
        if minimum is not None and maximum is not None and minimum > maximum:
            raise UsageError(
                f"`min_{name}` {minimum:g} is above `max_{name}` {maximum:g}",
                hint="no chip could pass both",
                parameter=f"min_{name}",
            )
        if minimum is not None or maximum is not None:
            first = quantity.known_from if minimum is None else minimum
            last = math.inf if maximum is None else maximum
            ranges.append(ValueRange(quantity.column, first, last))
    return tuple(ranges)


def _bound(name: str, given: Mapping[str, Any], quantity: Quantity) -> float | None:
    bound: float | None = given.get(name)
    try:
        # not(...) so that NaN is refused too
        refused = bound is not None and not quantity.minimum <= bound <= quantity.maximum
    except TypeError:
        refused = True
    if refused:
        raise UsageError(f"`{name}` is {bound!r}", hint=quantity.hint, parameter=name)
    return bound


def parse_bbox(bbox: str | Sequence[float]) -> Area:
    """Read ``W,S,E,N`` (commas or blanks); W > E is a box across 180 degrees.

    Longitudes beyond 180 go on: 170 to 190 is 170 to -170, 350 to 370 is -10 to 10.

    Raises:
        UsageError: Not four finite numbers, more than two turns beyond 180 degrees or beyond a
            pole, or S > N.
    """
    try:
        parts = bbox.replace(",", " ").split() if isinstance(bbox, str) else list(bbox)
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError):
        raise _bbox_error(f"contains a value that is not a number: {_shortened(bbox)}") from None
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise _bbox_error(f"needs four finite numbers, not {_shortened(bbox)}")
    west, south, east, north = numbers
    if not (-MAX_LON <= west <= MAX_LON and -MAX_LON <= east <= MAX_LON):
        raise _bbox_error(f"has a longitude outside -{MAX_LON:g}..{MAX_LON:g}: {_shortened(bbox)}")
    if not (south >= -90 - ROUNDING_DEG and north <= 90 + ROUNDING_DEG):
        raise _bbox_error(f"has a latitude outside -90..90: {_shortened(bbox)}")
    if south > north:
        raise _bbox_error(f"has its south {south} above its north {north}")
    west, east = _within_one_turn(west, east)
    return Area.of_bbox(west, max(south, -90.0), east, min(north, 90.0))


def _within_one_turn(west: float, east: float) -> tuple[float, float]:
    """Return both ends of a box within -180..180, west > east where it crosses 180 degrees."""
    if -180 <= west <= 180 and -180 <= east <= 180:
        return west, east
    if east - west >= 360:
        return -180.0, 180.0
    west -= 360 * math.floor((west + 180) / 360)
    east -= 360 * (math.ceil((east + 180) / 360) - 1)
    return max(west, -180.0), min(east, 180.0)  # a sum of large and small numbers is rounded


def _bbox_error(fault: str) -> UsageError:
    return UsageError(f"`bbox` {fault}", hint=_BBOX_HINT, parameter="bbox")


def _shortened(bbox: object) -> str:
    return shown(bbox)[:200]


def parse_time_span(when: str, name: str = "datetime") -> TimeSpan:
    """Read a date, an instant or an interval of them.

    A date stands for the whole day (month, year), so ``2020-06`` and ``2020-06-01/2020-06-30``
    are the same span.

    Args:
        when: As users write it.
        name: The parameter that it was given as, for errors.

    Raises:
        UsageError: It is none of these, or it ends before it starts.
    """
    when = shown(when.lstrip("\ufeff").strip())
    ends = when.split("/")
    if len(ends) > 2 or (len(ends) == 2 and all(end.strip() in ("", "..") for end in ends)):
        raise _datetime_error(name, f"cannot be read: {when}")
    is_open = len(ends) == 2
    try:
        spans = [_parse_moment(end.strip(), open_allowed=is_open) for end in ends]
    except _UnreadableError:
        raise _datetime_error(name, f"cannot be read: {when}") from None
    except ValueError as error:
        raise _datetime_error(name, f"{when}: {error}") from error
    span = TimeSpan(spans[0].start_ms, spans[-1].end_ms)
    if span.start_ms > span.end_ms:
        raise _datetime_error(name, f"ends before it starts: {when}")
    return span


class _UnreadableError(ValueError):
    """Neither a date nor an instant."""


def _parse_moment(text: str, *, open_allowed: bool) -> TimeSpan:
    """Read one end.

    Raises:
        ValueError: There is no such day or time, or it is neither (`_UnreadableError`).
    """
    if open_allowed and text in ("", ".."):
        return TimeSpan(_EARLIEST_MS, _LATEST_MS)
    if match := _DATE.fullmatch(text):
        return _date_span(*match.groups())
    if match := _INSTANT.fullmatch(text):
        day, clock, fraction, zone = match.groups()
        moment = datetime.fromisoformat(f"{day}T{clock}{zone.upper().replace('Z', '+00:00')}")
        milliseconds = _milliseconds(moment) + int((fraction or "0").ljust(3, "0")[:3])
        return TimeSpan(milliseconds, milliseconds)
    raise _UnreadableError(text)


def _datetime_error(name: str, fault: str) -> UsageError:
    return UsageError(f"`{name}` {fault}", hint=_DATETIME_HINT, parameter=name)


def _date_span(year: str, month: str | None, day: str | None) -> TimeSpan:
    first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        days = 1
    elif month:
        days = calendar.monthrange(first.year, first.month)[1]
    else:
        days = 366 if calendar.isleap(first.year) else 365
    start = _milliseconds(first)
    return TimeSpan(start, start + days * 86_400_000 - 1)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
