"""What may be asked beside the query itself: conditions on chips, and how the answer is made.

Importing this costs nothing heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from geosearch.search.conditions import Conditions, require_fraction, require_known


class Asking(Conditions, total=False):
    """The keywords of a search: all `Conditions`, and these.

    Attributes:
        exact: Score every matching chip, however many there are.
        avoid: Texts of what is not wanted.
        as_written: Mend no typing errors in texts.
        distinct: Leave out chips that overlap a better one, so that each hit is a new place.
        false: Expected fraction of false hits among those that are kept, 0 to 1: as many hits as
            it allows, perhaps none. Nothing is promised.
        min_likely: Probability that a hit must have, 0 to 1.
        scale: Rank chips lower whose width on the ground does not suit what a text asks for; on
            by default, and off where ``min_gsd`` or ``max_gsd`` is given.
        where: Tell where in each hit the query is found; its pixels are read again.
    """

    # described above, as those of `Conditions` are
    avoid: Sequence[str]
    as_written: bool
    exact: bool
    distinct: bool
    false: float | None
    min_likely: float | None
    scale: bool
    where: bool


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How an answer is made: what `Asking` has beside conditions."""

    avoid: tuple[str, ...] = ()
    as_written: bool = False
    exact: bool = False
    distinct: bool = False
    false: float | None = None
    min_likely: float | None = None
    scale: bool = True
    where: bool = False


def split_asking(asking: Asking) -> tuple[AnswerOptions, Conditions]:
    """Return how an answer is to be made, and the conditions on chips.

    Raises:
        UnknownConditionError: There is no keyword of that name.
    """
    require_known(asking, Asking)
    conditions: dict[str, Any] = dict(asking)
    names = [field.name for field in fields(AnswerOptions)]
    options: dict[str, Any] = {name: conditions.pop(name) for name in names if name in conditions}
    avoid = options.get("avoid", ())
    options["avoid"] = (avoid,) if isinstance(avoid, str) else tuple(avoid)
    for name in ("false", "min_likely"):
        require_fraction(name, options.get(name))
    if any(conditions.get(bound) is not None for bound in ("min_gsd", "max_gsd")):
        options["scale"] = False
    return AnswerOptions(**options), cast(Conditions, conditions)
