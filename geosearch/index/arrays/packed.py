"""Values of any length, one after the other in one array: footprints as WKB, ids as UTF-8."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

# one ring of five points in little-endian WKB: byte order, type, rings, points
_QUAD_HEAD = np.frombuffer(bytes.fromhex("01 03000000 01000000 05000000"), dtype=np.uint8)
_QUAD_BYTES = len(_QUAD_HEAD) + 5 * 2 * 8

_FEW = 64
"""So many shapes are made faster one by one than as an array."""
_PART = 1 << 16
"""Shapes that are looked at together: bounds the memory."""

Bytes = NDArray[np.uint8]
Starts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Packed:
    """Values of any length."""

    data: Bytes
    """All of them, one after the other."""
    starts: Starts
    """[n + 1], where each begins, and where the last one ends."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of(cls, values: Sequence[bytes]) -> "Packed":
        """Pack values."""
        lengths = np.fromiter((len(value) for value in values), np.int64, len(values))
        data = np.frombuffer(b"".join(values), dtype=np.uint8)
        return cls(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    @classmethod
    def joined(cls, parts: "Sequence[Packed]") -> "Packed":
        """Return the values of several, in their order."""
        before = np.cumsum([0, *(len(part.data) for part in parts)])
        starts = [part.starts[:-1] + first for part, first in zip(parts, before, strict=False)]
        data = np.concatenate([np.zeros(0, np.uint8), *(part.data for part in parts)])
        return cls(data, np.concatenate([*starts, [len(data)]]).astype(np.int64))

    def spans(self, rows: NDArray[np.int64]) -> tuple[Starts, Starts]:
        """Return where some values begin and end.

        Raises:
            ValueError: That is outside of the data.
        """
        first, last = np.asarray(self.starts[rows]), np.asarray(self.starts[rows + 1])
        if len(rows) and (first.min() < 0 or (last < first).any() or last.max() > len(self.data)):
            raise ValueError("it names places outside itself")
        return first, last

    def take(self, rows: NDArray[np.int64]) -> "Packed":
        """Return some values, in the order asked.

        Raises:
            ValueError: The starts lead outside of the data.
        """
        first, last = self.spans(rows)
        lengths = last - first
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        if len(lengths) and (lengths == lengths[0]).all():
            data = self.data[first[:, None] + np.arange(lengths[0])].reshape(-1)
        else:
            every = np.arange(starts[-1]) + np.repeat(first - starts[:-1], lengths)
            data = self.data[every]
        return Packed(np.asarray(data), starts)

    def rows_of(self, value: bytes) -> NDArray[np.int64]:
        """Return which values are one that is given, int64 [m], ascending.

        Byte by byte from the end, where ids that were counted up differ first: each byte is read
        of those values only that are like it so far.

        Raises:
            ValueError: The starts lead outside of the data.
        """
        starts = np.asarray(self.starts)
        rows = np.flatnonzero(np.diff(starts) == len(value))
        _, last = self.spans(rows)
        for back, byte in enumerate(reversed(value), start=1):
            same = self.data[last - back] == byte
            rows, last = rows[same], last[same]
        return rows

    def values(self) -> list[bytes]:
        """Return the values by themselves."""
        data = self.data.tobytes()
        edges = self.starts.tolist()
        return [data[edges[at] : edges[at + 1]] for at in range(len(self))]


def pack_shapes(shapes: NDArray[np.object_]) -> Packed:
    """Pack geometries as little-endian WKB."""
    return Packed.of(list(shapely.to_wkb(shapes, byte_order=1)))


def shapes_of(packed: Packed) -> NDArray[np.object_]:
    """Return geometries object [n] from WKB.

    Plain quadrangles, taken as one array, are made ten times as fast as one by one.

    Raises:
        ValueError: It holds something else.
    """
    corners = quads(packed)
    if corners is None:
        return _parsed(packed.values())
    try:
        return np.asarray(shapely.polygons(corners))
    except shapely.errors.GEOSException as error:
        raise ValueError(f"it holds something that is not a geometry: {error}") from error


def shapes_from(values: Sequence[bytes]) -> NDArray[np.object_]:
    """Return geometries object [n] from WKB, as `shapes_of` does.

    Raises:
        ValueError: It is something else.
    """
    return shapes_of(Packed.of(values)) if len(values) > _FEW else _parsed(values)


def _parsed(values: Sequence[bytes]) -> NDArray[np.object_]:
    try:
        return np.asarray(shapely.from_wkb(np.array(values, dtype=object)))
    except shapely.errors.GEOSException as error:
        raise ValueError(f"it holds something that is not a geometry: {error}") from error


def quads(packed: Packed) -> NDArray[np.float64] | None:
    """Return corners float64 [n, 5, 2] where all are polygons of four corners, else None."""
    if not len(packed) or (np.diff(packed.starts) != _QUAD_BYTES).any():
        return None
    plain, corners = _corners(packed)
    return corners if plain.all() else None


def rectangles(packed: Packed) -> NDArray[np.bool_]:
    """Return which shapes are rectangles along the axes, so that they are what they span, [n].

    Those of four corners are found, as bounds in degrees make them; others may be such, too.
    """
    found = np.zeros(len(packed), bool)
    alike = np.flatnonzero(np.diff(packed.starts) == _QUAD_BYTES)
    for first in range(0, len(alike), _PART):
        some = alike[first : first + _PART]
        plain, corners = _corners(packed.take(some))
        # each edge goes along one axis, the next one along the other, and the last one back
        along = corners[:, 1:] != corners[:, :-1]
        straight = (along[:, :, 0] != along[:, :, 1]).all(axis=1)
        turns = (along[:, 1:, 0] != along[:, :-1, 0]).all(axis=1)
        closed = (corners[:, 0] == corners[:, 4]).all(axis=1)
        found[some] = plain & straight & turns & closed
    return found


def _corners(packed: Packed) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which values, each as long as a quadrangle, are one, and corners [n, 5, 2]."""
    table = packed.data[packed.starts[0] : packed.starts[-1]].reshape(-1, _QUAD_BYTES)
    plain = (table[:, : len(_QUAD_HEAD)] == _QUAD_HEAD).all(axis=1)
    corners = np.ascontiguousarray(table[:, len(_QUAD_HEAD) :]).view("<f8")
    return plain, np.asarray(corners.reshape(-1, 5, 2))


def bounds_and_centres(packed: Packed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return west, south, east, north float64 [n, 4], and a point in each shape float64 [n, 2]."""
    corners = quads(packed)
    if corners is not None:
        bounds = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        return bounds, corners[:, :4].mean(axis=1)
    shapes = shapes_of(packed)
    # on the surface: the middle of a footprint cut at 180 degrees lies on the far side
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return shapely.bounds(shapes).reshape(-1, 4), points.reshape(-1, 2)
