"""A query over a whole scene: the cells of overlapping chips, averaged."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import CellEncoder
from geosearch.errors import SceneError
from geosearch.localization.cell_map import enlarged
from geosearch.progress import Advance
from geosearch.scenes import Scene, chip_windows, read_chips, windows_with_data

_PIXELS_A_CHIP = 16
"""Of the map, along one side."""
_MIN_VALID = 0.05
"""Of a chip's pixels: less is a collar."""
_AT_ONCE = 32


@dataclass(frozen=True, slots=True, eq=False)
class SceneMap:
    """How much each part of a scene is like a query."""

    values: NDArray[np.float32]
    """float32 [rows, columns]; the mean over a chip is its cosine. NaN where the scene shows
    nothing."""
    pixel: float
    """Edge of the map's pixel, in pixels of the scene; the first one starts where that starts."""


def scene_map(
    encoder: CellEncoder,
    scene: Scene,
    windows: NDArray[np.int32],
    query: NDArray[np.float32],
    *,
    advance: Advance = lambda _count: None,
) -> SceneMap:
    """Return how much each part of a scene is like a query.

    Chips overlap by half. A pixel of the map has the mean over the chips that it lies in of what
    its cell adds to a chip's cosine.

    Args:
        encoder: Gives vectors of cells.
        scene: A scene.
        windows: What `scene_windows` gives for it, [n, 4].
        query: float32 [dim], unit length.
        advance: Called with the number of chips done.

    Raises:
        SceneError: The scene cannot be read, or no part of it shows anything.
    """
    pixel = encoder.image_size / _PIXELS_A_CHIP
    rows, columns = (int(np.ceil(side / pixel)) for side in (scene.height_px, scene.width_px))
    # chips at the right and lower edge may be padded: their maps end beyond the scene
    total = np.zeros((rows + _PIXELS_A_CHIP, columns + _PIXELS_A_CHIP), np.float64)
    count = np.zeros(total.shape, np.int32)
    for first, shares in _shares(encoder, scene, windows, query, advance):
        for (col, row, _, _), share in zip(windows[first:], shares, strict=False):
            if np.isfinite(share).all():
                top, left = round(row / pixel), round(col / pixel)
                place = slice(top, top + _PIXELS_A_CHIP), slice(left, left + _PIXELS_A_CHIP)
                total[place] += share
                count[place] += 1
    total, count = total[:rows, :columns], count[:rows, :columns]
    if not count.any():
        raise SceneError("no part of it shows anything", hint="open it in QGIS: is it empty?")
    with np.errstate(invalid="ignore"):
        return SceneMap((total / count).astype(np.float32), pixel)


def scene_windows(scene: Scene, size_px: int) -> NDArray[np.int32]:
    """Return the windows that a map is made of, [n, 4], without those that hold no data."""
    windows = chip_windows(scene.width_px, scene.height_px, size_px=size_px, stride_px=size_px // 2)
    kept: NDArray[np.int32] = windows[windows_with_data(scene, windows)]
    return kept


def _shares(
    encoder: CellEncoder,
    scene: Scene,
    windows: NDArray[np.int32],
    query: NDArray[np.float32],
    advance: Advance,
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the number of a first chip, and maps [m, 16, 16] of it and the next; NaN for empty."""
    for block in read_chips(scene, windows, size_px=encoder.image_size):
        for start in range(0, len(block.pixels), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            cells = encoder.encode_cells(np.ascontiguousarray(block.pixels[part])) @ query
            maps = np.stack([enlarged(one, _PIXELS_A_CHIP) for one in cells])
            maps[block.valid[part] < _MIN_VALID] = np.nan
            advance(len(maps))
            yield block.first + start, maps
