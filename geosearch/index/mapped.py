"""What a search needs of a segment on its hot path, as plain mapped arrays.

Made from the same rows as the sidecar, in the same order, and can be made again
from it. Files are raw little-endian arrays; their shapes follow from the row count.
"""

from collections.abc import Sequence
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.blocks import (
    Blocks,
    footprint_types,
    make_blocks,
    read_blocks,
    write_blocks,
)

UNKNOWN_TIME = np.iinfo(np.int64).min
"""Stands for the time of a scene that has none; earlier than every filter."""

COLUMNS: dict[str, tuple[str, int]] = {
    "bounds": ("<f8", 4),
    "time_ms": ("<i8", 1),
    "scene_no": ("<i4", 1),
    "valid": ("<f4", 1),
    "cloud": ("<f4", 1),
}
"""Name to type and numbers a row."""

LATER_COLUMNS = frozenset({"cloud"})
"""Those that segments of formats 1 and 2 have not: they are of floats, and NaN there."""

FOOTPRINT_STARTS = "footprint_starts"
FOOTPRINT_BYTES = "footprints"
BLOCKS = "blocks.npz"

# one ring of five points in little-endian WKB: byte order, type, rings, points
_QUAD_HEAD = np.frombuffer(bytes.fromhex("01 03000000 01000000 05000000"), dtype=np.uint8)
_QUAD_BYTES = len(_QUAD_HEAD) + 5 * 2 * 8


def write_rows(
    folder: Path, columns: dict[str, NDArray[Any]], footprints: NDArray[np.object_]
) -> None:
    """Write the columns of ``COLUMNS`` and the footprints as WKB, each to a file of its name.

    Those of ``LATER_COLUMNS`` may be missing.
    """
    folder.mkdir()
    for name, (kind, _) in COLUMNS.items():
        if name in LATER_COLUMNS and name not in columns:
            continue
        np.ascontiguousarray(columns[name], dtype=kind).tofile(folder / name)
    parts: Sequence[bytes] = shapely.to_wkb(footprints, byte_order=1)
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype("<i8")
    starts.tofile(folder / FOOTPRINT_STARTS)
    joined = b"".join(parts)
    (folder / FOOTPRINT_BYTES).write_bytes(joined)
    types = footprint_types(np.frombuffer(joined, np.uint8), starts)
    write_blocks(folder / BLOCKS, make_blocks(columns, types))


class MappedRows:
    """The columns and footprints of a segment, mapped read-only."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        self.columns = {
            name: _map_column(folder, name, (rows, width) if width > 1 else (rows,))
            for name, (_, width) in COLUMNS.items()
        }
        self._starts = map_array(folder / FOOTPRINT_STARTS, "<i8", (rows + 1,))
        size = _size(folder / FOOTPRINT_BYTES) if rows else 0
        self._bytes = map_array(folder / FOOTPRINT_BYTES, "u1", (size,))
        self._rows = rows

    @cached_property
    def blocks(self) -> Blocks:
        """What blocks of rows span; worked out here where an older version wrote the segment.

        Raises:
            IndexFolderError: The file is damaged.
        """
        path = self._folder / BLOCKS
        try:
            if path.exists():
                return read_blocks(path, self._rows)
            return make_blocks(self.columns, footprint_types(self._bytes, self._starts))
        except (ValueError, IndexError, OSError) as error:
            raise damaged(path, str(error)) from error

    def footprints(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return geometries object [m] of rows int64 [m].

        Raises:
            IndexFolderError: The file does not hold geometries where it says.
        """
        starts, stops = self._starts[rows], self._starts[rows + 1]
        if len(rows) and (
            starts.min() < 0 or (stops < starts).any() or stops.max() > len(self._bytes)
        ):
            raise damaged(self._folder / FOOTPRINT_STARTS)
        try:
            quads = self._quads(starts, stops)
            if quads is not None:
                return np.asarray(shapely.polygons(quads))
            parts = np.empty(len(rows), dtype=object)
            for at, (start, stop) in enumerate(zip(starts, stops, strict=True)):
                parts[at] = self._bytes[start:stop].tobytes()
            return np.asarray(shapely.from_wkb(parts))
        except (shapely.errors.GEOSException, ValueError) as error:
            raise damaged(self._folder / FOOTPRINT_BYTES) from error

    def _quads(
        self, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float64] | None:
        """Return corners float64 [m, 5, 2] where all are plain quadrangles, else None.

        Taken as one array they are made ten times as fast as one by one.
        """
        if not len(starts) or (stops - starts != _QUAD_BYTES).any():
            return None
        taken = self._bytes[np.asarray(starts)[:, None] + np.arange(_QUAD_BYTES)]
        if (taken[:, : len(_QUAD_HEAD)] != _QUAD_HEAD).any():
            return None
        corners = np.ascontiguousarray(taken[:, len(_QUAD_HEAD) :]).view("<f8")
        return corners.reshape(-1, 5, 2)


def _map_column(folder: Path, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    kind, _ = COLUMNS[name]
    if name in LATER_COLUMNS and not (folder / name).exists():
        return np.broadcast_to(np.array(np.nan, dtype=kind), shape)
    return map_array(folder / name, kind, shape)


def map_array(path: Path, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a raw array read-only; its file must have exactly that size.

    Raises:
        IndexFolderError: It is missing, or larger or smaller than it should be.
    """
    # Python's numbers do not wrap round: a forged row count cannot make a small size
    expected = np.dtype(kind).itemsize * prod(shape)
    if (size := _size(path)) != expected:
        raise damaged(path, f"it has {size} bytes and should have {expected}")
    if expected == 0:  # an empty file cannot be mapped
        return np.zeros(shape, dtype=kind)
    return np.memmap(path, dtype=kind, mode="r", shape=shape)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise damaged(path, error.strerror or "it cannot be read") from error


def damaged(path: Path, reason: str = "it does not fit the rest") -> IndexFolderError:
    """Return the error for a file of a segment that is not as it was written."""
    return IndexFolderError(
        f"{path} is damaged: {reason}",
        hint="`geosearch verify` says what is lost, and `--repair` makes again what can be",
    )
