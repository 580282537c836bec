"""What may be asked of chips beside the text, in the words that users write.

Each condition is declared here once. `make_filter` reads what it means, `cli/options.py` has its
option, and ``help`` shows it wherever chips are chosen. Importing this costs nothing heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

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
