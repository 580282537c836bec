"""What may be asked of chips beside the text, in the words that users write.

Each condition is declared here once, and a condition on a number is declared here only: the filter
and the option of the command line are made from it. Importing this costs nothing heavy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from geosearch.errors import UnknownConditionError, UsageError

if TYPE_CHECKING:
    from datetime import date, datetime

    from shapely.geometry.base import BaseGeometry

    Area: TypeAlias = str | Path | dict[str, Any] | BaseGeometry
    Moment: TypeAlias = date | datetime
    Moments: TypeAlias = str | Moment | Sequence[str | Moment | None]


class Conditions(TypedDict, total=False):
    """Conditions that chips must all meet; None sets no condition.

    Attributes:
        bbox: ``W,S,E,N`` in degrees, as text or as four numbers; W > E crosses 180 degrees.
        intersects: A GeoJSON file (``-`` for standard input), object or geometry (of Shapely, or
            whatever has ``__geo_interface__``) that footprints must intersect.
        datetime: A date, an RFC 3339 instant, or ``A/B`` with ``..`` for open ends; in Python also
            a ``date``, a ``datetime`` with a zone, or a pair of such, None for an open end.
        undated: Chips without a known time, too, whatever ``datetime`` is.
        min_cloud: Minimum fraction of a chip that looks like cloud, 0..1; chips of which it is not
            known do not pass.
        max_cloud: Maximum cloud fraction.
        min_valid: Minimum fraction of valid pixels, 0..1.
        min_gsd: Minimum metres per pixel of a chip as it was embedded, ``gsd_m`` of a hit; chips of
            which it is not known do not pass.
        max_gsd: Maximum metres per pixel.
        kind: What scenes must be, one or several of ``picture``, ``pan``, ``radar``,
            ``elevation``, ``classes``, ``map`` and ``unknown``, or ``all``. None for all; where a
            text is asked for, None leaves out elevation, classes and maps.
    """

    # described above, not each below itself: `help` has the text from there
    bbox: str | Sequence[float] | None
    intersects: Area | None
    datetime: Moments | None
    undated: bool
    min_cloud: float | None
    max_cloud: float | None
    min_valid: float | None
    min_gsd: float | None
    max_gsd: float | None
    kind: str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that the index knows of each chip, and the conditions that bound it."""

    column: str
    """The index's column of it."""
    unit: str
    """What the command line calls a value."""
    minimum: float
    """The smallest bound that can be given."""
    maximum: float
    """The largest."""
    hint: str
    """What to give instead of anything else."""
    bounds: Mapping[str, str]
    """The conditions, ``min_NAME`` and ``max_NAME`` or one of them, and their help."""
    known_from: float = -math.inf
    """Smaller values of the column stand for an unknown one."""


_FRACTION = ("FRACTION", 0.0, 1.0, "give a fraction from 0 to 1")
# beyond these, as 32-bit floats, what is asked could be 0 or infinity
_FINEST_M = 1e-6
_METRES = ("METRES", _FINEST_M, 1e9, "give metres per pixel, such as 0.3 or 10")
QUANTITIES = {
    "cloud": Quantity(
        "cloud",
        *_FRACTION,
        {
            "min_cloud": "Minimum cloud fraction, 0 to 1; a chip where it is unknown does not "
            "pass.",
            "max_cloud": "Maximum cloud fraction, likewise.",
        },
    ),
    "valid": Quantity(
        "valid", *_FRACTION, {"min_valid": "Minimum fraction of valid pixels, 0 to 1."}
    ),
    "gsd": Quantity(
        "gsd_m",
        *_METRES,
        {
            "min_gsd": "Minimum metres per pixel of the chip; one where it is unknown does not "
            "pass.",
            "max_gsd": "Maximum metres per pixel, likewise.",
        },
        known_from=_FINEST_M,
    ),
}
"""By the name in `Conditions`, which has one or both bounds of each."""


def require_fraction(name: str, value: object) -> None:
    """Refuse what is not a fraction, or None.

    Raises:
        UsageError: It is something else.
    """
    known = value is None or (isinstance(value, int | float) and 0 <= value <= 1)
    if not known:
        raise UsageError(f"`{name}` is {value!r}", hint=_FRACTION[3], parameter=name)


def require_known(given: Mapping[str, Any], keywords: type) -> None:
    """Refuse a keyword that a `TypedDict` has not.

    Raises:
        UnknownConditionError: There is no condition of that name.
    """
    known = keywords.__annotations__.keys()
    for name in given.keys() - known:
        close = get_close_matches(name, known, n=1) or known
        raise UnknownConditionError(
            f"unknown condition {name}", hint=f"did you mean {', '.join(close)}?"
        )
