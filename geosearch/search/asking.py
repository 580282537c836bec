"""What may be asked beside the query itself: conditions on chips, and how the answer is made.

Importing this costs nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, cast

from geosearch.search.conditions import Conditions, require_known


class Asking(Conditions, total=False):
    """The keywords of a search: all `Conditions`, and these.

    Attributes:
        exact: Score every matching chip, however many there are.
        as_written: Mend no typing errors in texts.
        distinct: Leave out chips that overlap a better one, so that each hit is a new place.
        where: Tell where in each hit the query is found; its pixels are read again.
    """

    # described above, as those of `Conditions` are
    as_written: bool
    exact: bool
    distinct: bool
    where: bool


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How an answer is made: what `Asking` has beside conditions."""

    as_written: bool = False
    exact: bool = False
    distinct: bool = False
    where: bool = False


def split_asking(asking: Asking) -> tuple[AnswerOptions, Conditions]:
    """Return how an answer is to be made, and the conditions on chips.

    Raises:
        UnknownConditionError: There is no keyword of that name.
    """
    require_known(asking, Asking)
    conditions: dict[str, Any] = dict(asking)
    names = [field.name for field in fields(AnswerOptions)]
    options = {name: conditions.pop(name) for name in names if name in conditions}
    return AnswerOptions(**options), cast(Conditions, conditions)
