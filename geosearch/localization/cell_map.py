"""A query over the pixels of one chip: how much each part of it adds to the chip's score.

A chip's vector is the mean of vectors of its cells, so that a cell's share of the cosine is exact.
Cells are coarse. The chip is therefore read a second time, enlarged, and both maps are added.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geosearch.encoders import CellEncoder

MAP_PX = 128
"""Edge of a map."""
_ENLARGEMENTS = (1, 2)
_BLUR = 0.1
"""Standard deviation of the blur, as a fraction of the chip."""

Map = NDArray[np.float32]


def cell_map(encoder: CellEncoder, pixels: NDArray[np.uint8], query: NDArray[np.float32]) -> Map:
    """Return where in a chip a query is found.

    Args:
        encoder: Gives vectors of cells.
        pixels: uint8 [h, w, 3], the chip as it was embedded.
        query: float32 [dim], unit length.

    Returns:
        float32 [128, 128], 0 where it is least and 1 where it is most; 0 everywhere where all of
        the chip is alike.
    """
    total = np.zeros((MAP_PX, MAP_PX), np.float64)
    for times in _ENLARGEMENTS:
        edge = times * encoder.image_size
        image = np.asarray(_resized(Image.fromarray(pixels), edge))
        cells = encoder.encode_cells(image[None])[0] @ query
        total += _standardised(enlarged(cells, MAP_PX))
    return _stretched(_blurred(total, _BLUR * MAP_PX))


def _resized(picture: Image.Image, edge: int) -> Image.Image:
    if picture.size == (edge, edge):
        return picture
    return picture.resize((edge, edge), Image.Resampling.BICUBIC)


def enlarged(cells: NDArray[np.float32], edge: int) -> NDArray[np.float64]:
    """Return cells [r, c] as a map float64 [edge, edge], bilinear between their centres."""
    picture = Image.fromarray(cells.astype(np.float32))
    return np.asarray(picture.resize((edge, edge), Image.Resampling.BILINEAR), np.float64)


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values of mean 0 and deviation 1; zeros where all are alike."""
    deviation = values.std()
    if deviation < 1e-9:
        return np.zeros_like(values)
    return np.asarray((values - values.mean()) / deviation)


def _blurred(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Return values after a Gaussian, whose kernel is cut at three deviations and at the edges."""
    reach = np.arange(-int(3 * sigma), int(3 * sigma) + 1)
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    for axis in (0, 1):
        count = values.shape[axis]
        near = np.arange(count)[:, None] - np.arange(count)[None, :]
        weights = kernel[np.clip(near + reach[-1], 0, len(kernel) - 1)]
        weights = np.where(np.abs(near) <= reach[-1], weights, 0.0)
        weights = weights / weights.sum(axis=1, keepdims=True)
        values = np.moveaxis(np.tensordot(weights, values, axes=(1, axis)), 0, axis)
    return values


def _stretched(values: NDArray[np.float64]) -> Map:
    low, high = values.min(), values.max()
    if high - low < 1e-9:
        return np.zeros(values.shape, np.float32)
    return np.asarray((values - low) / (high - low), np.float32)
