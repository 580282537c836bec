"""Which windows of a scene may hold pixels, as far as its file says.

A sparse TIFF of 100,000 pixels per side may hold one block: chips elsewhere cost nothing.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.opening.scene import Scene
from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.sparse_blocks import written_blocks


def windows_with_data(scene: Scene, windows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which windows may hold valid pixels, without reading any.

    Args:
        scene: The scene.
        windows: int32 [n, 4], column, row, width, height.

    Returns:
        bool [n]; False for windows that touch none of a sparse file's blocks.

    Raises:
        SceneError: The file cannot be opened.
    """
    with open_raster(scene.href) as dataset, gdal_errors(scene.href):
        written = written_blocks(dataset)
        height, width = dataset.block_shapes[0]
    if written.all():
        return np.ones(len(windows), dtype=bool)
    # sums over all blocks above and to the left: four of them count a rectangle's blocks
    sums = np.zeros((written.shape[0] + 1, written.shape[1] + 1), dtype=np.int64)
    sums[1:, 1:] = written.cumsum(axis=0).cumsum(axis=1)
    col, row, wide, high = windows.T.astype(np.int64)
    left, top = col // width, row // height
    right, bottom = (col + wide - 1) // width + 1, (row + high - 1) // height + 1
    count = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(count > 0)
