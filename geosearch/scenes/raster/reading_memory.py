"""How much memory reading scenes may take.

One setting for the process, as GDAL's cache of decoded blocks is one for the process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingMemory:
    """What reading may hold in memory."""

    gdal_cache_bytes: int = 256 << 20
    """Of blocks that GDAL has decoded. A row of tiles of 512 px across 65,000 px of three bands is
    100 MB, and rows are read in the file's order."""
    strip_bytes: int = 128 << 20
    """Of decoded rows that chips are cut from; wider scenes are read in spans of columns."""
    read_bytes: int = 32 << 20
    """Of raw values that are read at once, before they become 8 bits; as many
    are read meanwhile."""
    block_bytes: int = 32 << 20
    """Of the chips that are encoded together; three times as many are held, being gathered,
    waiting, and encoded."""

    def scaled(self, factor: float) -> "ReadingMemory":
        """Return so many times as much of all."""
        return ReadingMemory(
            gdal_cache_bytes=int(self.gdal_cache_bytes * factor),
            strip_bytes=int(self.strip_bytes * factor),
            read_bytes=int(self.read_bytes * factor),
            block_bytes=int(self.block_bytes * factor),
        )


_current = ReadingMemory()


def reading_memory() -> ReadingMemory:
    """Return what reading may hold now."""
    return _current


@contextmanager
def reading_within(memory: ReadingMemory) -> Iterator[None]:
    """Let all reading of this process hold no more than this, in all of its threads."""
    global _current
    before, _current = _current, memory
    try:
        yield
    finally:
        _current = before
