"""Chips of a scene that are embedded and not stored yet."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.geo import footprints, ground_sizes_m
from geosearch.index import ChipBatch
from geosearch.ingest.embedding.batches import ReadChips
from geosearch.scenes import ChipLayout, Scene

_STEP = 1 << 14


def outlines_of(scene: Scene, windows: NDArray[np.int32]) -> NDArray[np.object_]:
    """Return footprints in EPSG:4326 as WKB, [n]; None for windows that are off the Earth.

    A large scene has hundreds of thousands; as geometries they take several times as much memory.

    Args:
        scene: Where the windows are.
        windows: int32 [n, 4], column, row, width, height.
    """
    outlines = np.full(len(windows), None, dtype=object)
    for start in range(0, len(windows), _STEP):
        part = slice(start, start + _STEP)
        outlines[part] = shapely.to_wkb(footprints(scene.to_lonlat, windows[part]), byte_order=1)
    return outlines


class ChipBuffer:
    """Gathers chips until they are stored together."""

    def __init__(
        self, scene: Scene, cut: ChipLayout, outlines: NDArray[np.object_], dim: int
    ) -> None:
        """Begin with none.

        Args:
            scene: Where they are from.
            cut: Where all chips of the scene lie.
            outlines: Their footprints, [n], as `outlines_of` returns them.
            dim: Length of a vector.
        """
        self._scene = scene
        self._cut = cut
        self._outlines = outlines
        self._dim = dim
        self._forget()

    def _forget(self) -> None:
        self._kept = [np.zeros(0, np.int64)]
        self._valid = [np.zeros(0, np.float32)]
        self._cloud = [np.zeros(0, np.float32)]
        self._vectors = [np.zeros((0, self._dim), np.float32)]
        self.count = 0
        """Number of chips."""

    def add(self, first: int, chips: ReadChips, vectors: NDArray[np.float32]) -> None:
        """Add some chips.

        Args:
            first: Number of the window of the scene that was read first.
            chips: The chips.
            vectors: Their vectors, float32 [m, dim].
        """
        self._kept.append(first + chips.numbers)
        self._valid.append(chips.valid)
        self._cloud.append(chips.cloud)
        self._vectors.append(vectors)
        self.count += len(vectors)

    def take(self) -> ChipBatch:
        """Return the chips, and begin again with none."""
        kept = np.concatenate(self._kept)
        windows = self._cut.windows[kept]
        sizes = ground_sizes_m(self._scene.to_lonlat, windows) if len(kept) else np.zeros((0, 2))
        batch = ChipBatch(
            windows=windows,
            footprints=np.asarray(shapely.from_wkb(self._outlines[kept])),
            size_m=sizes.astype(np.float32),
            valid=np.concatenate(self._valid),
            cloud=np.concatenate(self._cloud),
            gsd_m=self._cut.gsd_m[kept],
            vectors=np.concatenate(self._vectors),
        )
        self._forget()
        return batch
