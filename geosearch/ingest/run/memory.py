"""One number for the memory of an indexing run, and how it is divided."""

import ctypes
import sys
from dataclasses import dataclass, field

from geosearch.errors import UsageError
from geosearch.index import MAX_SEGMENT_ROWS, parse_size, rows_within
from geosearch.scenes import ReadingMemory

_FIXED = 220 << 20
"""Taken whatever the settings are: Python, GDAL and DuckDB, about, and a scene's windows."""
_READING = 560 << 20
"""Taken by reading with what `ReadingMemory` has by default: all of it, a read and two batches."""
_MIN_BYTES = _FIXED + _READING // 8
_LARGEST_FACTOR = 4.0


@dataclass(frozen=True, slots=True)
class RunMemory:
    """How much the parts of a run may take, the encoder not counted."""

    reading: ReadingMemory = field(default_factory=ReadingMemory)
    """For scenes."""
    segment_rows: int = MAX_SEGMENT_ROWS
    """Maximum chips of a segment; one of them has all chips of a scene."""
    total_bytes: int = 10**9
    """For all; the codes of a segment's approximate tier may take a part."""


MEMORY = RunMemory()
"""What suits scenes of up to 65,000 pixels per side, below 1 GB."""


def run_memory(max_memory: str | int | None) -> RunMemory:
    """Divide what a run may take.

    Args:
        max_memory: Bytes, or a size such as ``2GB``; None for `MEMORY`.

    Raises:
        UsageError: It is not a size, or less than what is possible.
    """
    if max_memory is None:
        return MEMORY
    size = parse_size(max_memory) if isinstance(max_memory, str) else max_memory
    if size < _MIN_BYTES:
        raise UsageError(
            f"`max_memory` {max_memory} is too little to read scenes",
            hint=f"give at least {-(-_MIN_BYTES // 10**6)}MB; the encoder is not counted",
            parameter="max_memory",
        )
    room = size - _FIXED
    return RunMemory(
        ReadingMemory().scaled(min(room / _READING, _LARGEST_FACTOR)),
        min(MAX_SEGMENT_ROWS, rows_within(size)),
        size,
    )


def release_freed_memory() -> None:
    """Return freed memory to the system, where the C library keeps it and can release it.

    What was decoded lies in small blocks: glibc keeps 400 MB of them after a large scene.
    """
    if sys.platform == "linux":
        # other C libraries have no such function
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(ctypes.c_size_t(0))
