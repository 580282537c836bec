"""Which files an index has, and which of them belong to a segment: names, and nothing else."""

from collections.abc import Set

MANIFEST = "manifest.json"
SEGMENTS = "segments"
STAGING = "staging"
REMOVED = "removed"
BANK = "bank"
"""Derived: what the phrases of the bank reach in each segment."""

VECTORS = "vectors.f16"
SIDECAR = "chips.duckdb"
ROWS = "rows"
ANN = "ann"
DESCRIPTION = "segment.json"

COLUMNS: dict[str, tuple[str, int]] = {
    "bounds": ("<f8", 4),
    "time_ms": ("<i8", 1),
    "scene_no": ("<i4", 1),
    "valid": ("<f4", 1),
    "cloud": ("<f4", 1),
    "windows": ("<i4", 4),
    "size_m": ("<f4", 2),
    "gsd_m": ("<f4", 1),
}
"""The columns in ``rows``: name to type, and numbers per row."""
WINDOW_COLUMNS = frozenset({"windows", "size_m", "gsd_m"})
"""Those that say which part of its scene a chip shows."""
FOOTPRINT_STARTS = "footprint_starts"
FOOTPRINT_BYTES = "footprints"
ID_STARTS = "id_starts"
ID_BYTES = "ids"
BLOCKS = "blocks.npz"
CHIPS = "chips"
"""What hits show of each chip, one entry per row."""

CODES = "codes.lists"
LISTS = "lists.npz"
CALIBRATION = "plan.json"
QUERIES = "queries.npy"

_ROWS = (*COLUMNS, FOOTPRINT_STARTS, FOOTPRINT_BYTES, BLOCKS, CHIPS)
_ALWAYS = frozenset({SIDECAR, VECTORS, *(f"{ROWS}/{name}" for name in _ROWS)})
OWN_IDS = frozenset({f"{ROWS}/{ID_BYTES}", f"{ROWS}/{ID_STARTS}"})
"""Both are there where chips have ids of their own, or neither is."""
_TIER = frozenset(f"{ANN}/{name}" for name in (CODES, LISTS, CALIBRATION))
KEPT_QUERIES = f"{ANN}/{QUERIES}"
"""Texts that an approximate tier was measured with, where there was an encoder."""

EVERY_FILE = _ALWAYS | OWN_IDS | _TIER | {KEPT_QUERIES}
"""Every file that a segment may have beside its description."""


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
        return f"it names {others[0]}, which such a segment does not have"
    return None
