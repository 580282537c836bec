"""What a budget of memory means for segments: how many chips one may have.

Vectors are mapped, and so are outlines while a segment is written: pages that the system takes
back when it needs them. What is held of a chip beside them is `_ROW_BYTES`.
"""

import os
import re
from pathlib import Path

from geosearch.errors import UsageError
from geosearch.message import Message

_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_SIZE = re.compile(rf"(\d+(?:\.\d+)?)\s?({'|'.join(_UNITS)})")
_HINT = "write a number and a unit, such as 500MB or 2GiB"

_ROW_BYTES = 300
"""Held of a chip while its segment is written, about: first 160 for what is known of it, then its
code of 136 in lists that grow by doubling."""
_FIXED = 340 * 10**6
"""Taken however few chips there are: Python, NumPy, FAISS, and 256 MiB for DuckDB, about."""
_MIN_ROWS = 1 << 17
_UNKNOWN_MACHINE = 4 << 30
"""Taken for the machine's memory where the system does not say it."""
_GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where Linux says what a container may have (of control groups, version 2 and 1)."""


def parse_size(text: str) -> int:
    """Return the bytes that a size such as ``500MB`` (10**6) or ``2GiB`` (2**30) stands for.

    Raises:
        UsageError: It is not a number with a unit.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            Message("`max_memory` {} is not a size", text), hint=_HINT, parameter="max_memory"
        )
    return int(float(match[1]) * _UNITS[match[2]])


def memory_budget(max_memory: str | int | None) -> int:
    """Return how many bytes a step that writes whole segments may take.

    Args:
        max_memory: Bytes, or a size such as ``2GB``; None for half of the machine's memory.

    Raises:
        UsageError: It is not a size, or too little for any segment.
    """
    minimum = _FIXED + _MIN_ROWS * _ROW_BYTES
    if max_memory is None:
        return max(machine_memory() // 2, minimum)
    size = parse_size(max_memory) if isinstance(max_memory, str) else max_memory
    if size < minimum:
        raise UsageError(
            Message("`max_memory` {} is too little to write segments", max_memory),
            hint=f"give at least {-(-minimum // 10**6)}MB, or omit it to use half of the memory",
            parameter="max_memory",
        )
    return size


def rows_within(budget: int) -> int:
    """Return how many chips a segment may have that is written within so many bytes."""
    return max((budget - _FIXED) // _ROW_BYTES, _MIN_ROWS)


def machine_memory() -> int:
    """Return the bytes of memory that this machine, or the container around this process, has."""
    known = [_physical(), *(_limit(path) for path in _GROUP_LIMITS)]
    return min((size for size in known if size), default=_UNKNOWN_MACHINE)


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return None


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # there is none, or it says "max"
        return None
