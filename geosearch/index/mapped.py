"""What a search needs of a segment on its hot path, as plain mapped arrays.

Made from the same rows as the sidecar, in the same order, and can be made again
from it. Files are raw little-endian arrays; their shapes follow from the row count.
"""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError

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


def write_rows(
    folder: Path, columns: dict[str, NDArray[Any]], footprints: NDArray[np.object_]
) -> None:
    """Write the columns of ``COLUMNS`` and the footprints, WKB, each to a file of its name.

    Those of ``LATER_COLUMNS`` may be missing.
    """
    folder.mkdir()
    for name, (kind, _) in COLUMNS.items():
        if name in LATER_COLUMNS and name not in columns:
            continue
        np.ascontiguousarray(columns[name], dtype=kind).tofile(folder / name)
    starts = np.concatenate([[0], np.cumsum([len(part) for part in footprints])])
    starts.astype("<i8").tofile(folder / FOOTPRINT_STARTS)
    with (folder / FOOTPRINT_BYTES).open("wb") as file:
        file.writelines(footprints)


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

    def footprints(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return geometries object [m] of rows int64 [m].

        Raises:
            IndexFolderError: The file does not hold geometries where it says.
        """
        try:
            return np.asarray(shapely.from_wkb(self.wkb(rows)))
        except shapely.errors.GEOSException as error:
            raise damaged(self._folder / FOOTPRINT_BYTES) from error

    def wkb(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the footprints of rows int64 [m] as they are stored, bytes [m].

        Raises:
            IndexFolderError: They are not where it says.
        """
        starts, stops = self._starts[rows], self._starts[rows + 1]
        if len(rows) and (
            starts.min() < 0 or (stops < starts).any() or stops.max() > len(self._bytes)
        ):
            raise damaged(self._folder / FOOTPRINT_STARTS)
        parts = np.empty(len(rows), dtype=object)
        for at, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            parts[at] = self._bytes[start:stop].tobytes()
        return parts


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
