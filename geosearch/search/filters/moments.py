"""Dates and times of Python, written as users write them in text."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from geosearch.errors import UsageError

if TYPE_CHECKING:
    from geosearch.search.conditions import Moments


def moments_text(when: Moments, name: str = "datetime") -> str:
    """Return a text, a date, a datetime, or a pair of them as `parse_time_span` reads it.

    Args:
        when: What a caller gave.
        name: The parameter that it was given as, for errors.

    Raises:
        UsageError: It is something else, or a datetime without a zone.
    """
    if isinstance(when, list | tuple) and len(when) == 2:
        return "/".join(".." if end is None else _text(end, name) for end in when)
    return _text(when, name)


def _text(moment: object, name: str) -> str:
    if isinstance(moment, str):
        return moment
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise UsageError(
                f"`{name}` {moment.isoformat()} has no zone",
                hint="give it one: moment.replace(tzinfo=datetime.UTC)",
                parameter=name,
            )
        return moment.isoformat()
    if isinstance(moment, date):
        return moment.isoformat()
    raise UsageError(
        f"`{name}` is of type {type(moment).__name__}: {moment!r}",
        hint="give a text, a date, a datetime with a zone, or a pair of them, None for an open end",
        parameter=name,
    )
