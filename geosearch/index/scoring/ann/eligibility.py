"""Which segments get the approximate tier."""

from typing import Literal, get_args

from geosearch.errors import UsageError
from geosearch.index.scoring.ann.codes import BITS

AnnChoice = Literal["auto", "flat", "ivfpq"]

AUTO_ROWS = 50_000
"""From so many rows a segment gets this tier: below, an exact scan takes milliseconds."""

MIN_ROWS = 1 << BITS
"""Fewer cannot be encoded: each sub-quantizer has so many centroids."""


def ann_of(wanted: str, rows: int) -> str:
    """Return ``flat`` or ``ivfpq``, which a segment gets where ``auto`` or one is wanted."""
    large = rows >= AUTO_ROWS or wanted == "ivfpq"
    possible = rows >= MIN_ROWS
    return "ivfpq" if wanted != "flat" and large and possible else "flat"


def require_ann(ann: str) -> None:
    """Refuse an unknown tier.

    Raises:
        UsageError: It is not one of `AnnChoice`.
    """
    if ann not in get_args(AnnChoice):
        raise UsageError(
            f"unknown ann {ann!r}",
            hint=f"give one of {', '.join(get_args(AnnChoice))}",
            parameter="ann",
        )
