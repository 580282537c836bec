"""What a segment has of its rows: columns, footprints and ids, whole or of some rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats, Rows
from geosearch.index.arrays.packed import Packed
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.stored_arrays import Places
from geosearch.index.folder.layout import WINDOW_COLUMNS
from geosearch.index.segment.stored_rows import StoredRows


class SegmentRows:
    """The columns, footprints and ids of all rows of a segment."""

    def __init__(self, stored: StoredRows) -> None:
        self._stored = stored

    @property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of each footprint, float64 [n, 4]."""
        return self._stored.whole("bounds")

    @property
    def time_ms(self) -> NDArray[np.int64]:
        """Milliseconds since 1970, int64 [n]; the minimum int64 where the time is not known."""
        return self._stored.whole("time_ms")

    @property
    def scene_no(self) -> NDArray[np.int32]:
        """Number of each chip's scene, int32 [n]."""
        return self._stored.whole("scene_no")

    @property
    def valid(self) -> Floats:
        """Fraction of valid pixels, float32 [n]."""
        return self._stored.whole("valid")

    @property
    def cloud(self) -> Floats:
        """Fraction of valid pixels that look like cloud, float32 [n]; NaN where not known."""
        return self._stored.whole("cloud")

    @property
    def window_columns(self) -> dict[str, NDArray[Any]]:
        """Windows int32 [n, 4], size_m float32 [n, 2] and gsd_m float32 [n] of all rows."""
        return {name: self._stored.whole(name) for name in sorted(WINDOW_COLUMNS)}

    @property
    def packed_ids(self) -> Packed | None:
        """The chips' own ids as UTF-8, empty where one has none; None where none has."""
        return self._stored.packed_ids

    def values(self, name: str, rows: Rows) -> NDArray[Any]:
        """Return what rows have in a column of one number per row, such as ``cloud``."""
        return self._stored.at(name, Places.of(rows))

    def bounds_of(self, ranges: RowRanges) -> NDArray[np.float64]:
        """Return west, south, east, north of the footprints in ranges, float64 [m, 4]."""
        return self._stored.ranges("bounds", ranges)

    def footprints(self, rows: Rows) -> NDArray[np.object_]:
        """Return the true outlines of chips, object [m], EPSG:4326."""
        return self._stored.footprints(Places.of(rows))

    def outlines(self, rows: Rows) -> Packed:
        """Return footprints as WKB."""
        return self._stored.outlines(rows)
