"""What may be asked beside the query itself: conditions on chips, and how the answer is made.

Importing this costs nothing heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from geosearch.search.conditions import Conditions, require_fraction, require_known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from geosearch.search.conditions import Moments

    AnyExample: TypeAlias = str | Path | NDArray[np.uint8] | "EmbeddedChip"
    """An image file, pixels uint8 [h, w, 3], or a chip of the index: its id, or a hit."""
    AnyMarks: TypeAlias = "MarkedChips" | Mapping[str, Sequence[str]] | str | Path
    """Marks as a value, as {"right": [...], "wrong": [...]}, or a file of that."""


class EmbeddedChip(Protocol):
    """A chip with its vector: a `Hit`, or a `Chip`."""

    @property
    def id(self) -> str:
        """Its id in the index."""

    @property
    def encoder(self) -> str:
        """Fingerprint of the encoder that made its vector."""

    @property
    def vector(self) -> NDArray[np.float32]:
        """Its vector, float32 [dim]."""


class MarkedChips(Protocol):
    """Ids of chips that are right or wrong answers: `Marks`."""

    @property
    def right(self) -> tuple[str, ...]:
        """Those that are right."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """Those that are wrong."""


class Asking(Conditions, total=False):
    """The keywords of a search: all `Conditions`, and these.

    Attributes:
        exact: Score every matching chip, however many there are.
        avoid: A text of what is not wanted, or several.
        as_written: Mend no typing errors in texts.
        distinct: Leave out chips that overlap a better one of their scene.
        false: Expected fraction of false hits among those that are kept, 0 to 1: as many hits as
            it allows, perhaps none. Nothing is promised.
        like: What hits should look like: an image file (a `Path`, or its name), pixels uint8
            [h, w, 3], a chip's id, a hit; or several of them. They may stand without a text.
        marks: Chips that are right or wrong: `Marks`, {"right": [ids], "wrong": [ids]}, or a JSON
            file of that. Marked chips are left out of the answer.
        min_likely: Probability that a hit must have, 0 to 1.
        near_date: Of each place, show the chip that was taken nearest to it, or the ``per_place``
            nearest: a moment or a span, as ``datetime`` takes it.
        per_place: Maximum number of hits of one place, of whatever scenes.
        places: Number the places that hits show.
        scale: Rank chips lower whose width on the ground does not suit what a text asks for; on
            by default, and off where ``min_gsd`` or ``max_gsd`` is given.
        where: Tell where in each hit the query is found; its pixels are read again.
    """

    # described above, as those of `Conditions` are
    avoid: str | Sequence[str]
    as_written: bool
    exact: bool
    distinct: bool
    false: float | None
    like: AnyExample | Sequence[AnyExample]
    marks: AnyMarks | None
    min_likely: float | None
    near_date: Moments | None
    per_place: int | None
    places: bool
    scale: bool
    where: bool


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How an answer is made: what `Asking` has beside conditions."""

    avoid: str | Sequence[str] = ()
    as_written: bool = False
    exact: bool = False
    distinct: bool = False
    false: float | None = None
    like: AnyExample | Sequence[AnyExample] = ()
    marks: AnyMarks | None = None
    min_likely: float | None = None
    near_date: Moments | None = None
    per_place: int | None = None
    places: bool = False
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
    for name in ("false", "min_likely"):
        require_fraction(name, options.get(name))
    if any(conditions.get(bound) is not None for bound in ("min_gsd", "max_gsd")):
        options["scale"] = False
    return AnswerOptions(**options), cast(Conditions, conditions)
