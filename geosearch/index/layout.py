"""Which files an index has, and which of them belong to a segment: names, and nothing else."""

from collections.abc import Set

from geosearch.index.ann_training import CODES, LISTS
from geosearch.index.chip_entries import CHIPS
from geosearch.index.mapped import (
    BLOCKS,
    COLUMNS,
    FOOTPRINT_BYTES,
    FOOTPRINT_STARTS,
    ID_BYTES,
    ID_STARTS,
)
from geosearch.index.plan import PLAN

SEGMENTS = "segments"
STAGING = "staging"
REMOVED = "removed"

VECTORS = "vectors.f16"
SIDECAR = "chips.duckdb"
ROWS = "rows"
ANN = "ann"
DESCRIPTION = "segment.json"
QUERIES = "queries.npy"

_ROWS = (*COLUMNS, FOOTPRINT_STARTS, FOOTPRINT_BYTES, BLOCKS, CHIPS)
_ALWAYS = frozenset({SIDECAR, VECTORS, *(f"{ROWS}/{name}" for name in _ROWS)})
OWN_IDS = frozenset({f"{ROWS}/{ID_BYTES}", f"{ROWS}/{ID_STARTS}"})
"""Both are there where chips have ids of their own, or none is."""
_TIER = frozenset(f"{ANN}/{name}" for name in (CODES, LISTS, PLAN))
KEPT_QUERIES = f"{ANN}/{QUERIES}"
"""Texts that an approximate tier was measured with, where there was an encoder."""

EVERY_FILE = _ALWAYS | OWN_IDS | _TIER | {KEPT_QUERIES}
"""Whatever a segment may have beside its description."""


def required_files(ann: str) -> frozenset[str]:
    """Return which files every segment has, beside its description.

    Args:
        ann: ``flat`` or ``ivfpq``.
    """
    return _ALWAYS | _TIER if ann == "ivfpq" else _ALWAYS


def wrong_files(names: Set[str], ann: str) -> str | None:
    """Say what is wrong with the files that a segment names; None if these can be.

    Args:
        names: Paths in the segment, its description left out.
        ann: ``flat`` or ``ivfpq``.
    """
    needed = required_files(ann) | (OWN_IDS if names & OWN_IDS else frozenset())
    if missing := sorted(needed - names):
        return f"it does not name {missing[0]}"
    possible = needed | ({KEPT_QUERIES} if ann == "ivfpq" else frozenset())
    if others := sorted(names - possible):
        return f"it names {others[0]}, which such a segment has not"
    return None
