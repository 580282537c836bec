"""From a picture and texts to maps of probabilities, as the SeLo evaluation code makes them.

Windows of three sizes are resized, saved as JPEG and embedded; a pixel has the mean cosine of the
windows over it; the map is stretched to 256 levels, blurred by a median, saved as JPEG and read
again. Both JPEG steps are part of the protocol: they change the figures.
"""

import io
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geosearch.encoders import Encoder
from geosearch.errors import UsageError
from geosearch.evaluation.localization.cell_median import median_of_cells
from geosearch.evaluation.localization.cubic import resize_cubic
from geosearch.evaluation.localization.window_grid import WindowGrid, window_grid
from geosearch.reporting import Advance

_WINDOW_PX = 256
_MEDIAN_PX = 251
_JPEG_QUALITY = 95  # OpenCV's own, as is the halved resolution of colours
_LONGEST_SIDE_PX = 65_500  # of a JPEG
_BATCH = 64


def localization_maps(
    encoder: Encoder,
    image: NDArray[np.uint8],
    texts: Sequence[str],
    advance: Advance = lambda _count: None,
) -> Iterator[NDArray[np.float64]]:
    """Yield a map of probabilities for each text; the picture is embedded once.

    Args:
        encoder: Embeds windows and texts.
        image: uint8 [h, w, 3], RGB.
        texts: What to look for.
        advance: Called with the number of windows embedded.

    Yields:
        float64 [h, w], 0..1.

    Raises:
        UsageError: A side of the picture is longer than a JPEG's can be.
    """
    height, width = image.shape[:2]
    if max(height, width) > _LONGEST_SIDE_PX:
        raise UsageError(
            f"a picture of {width} x {height} pixels is too long for this protocol",
            hint=f"its maps are saved as JPEG: cut it to {_LONGEST_SIDE_PX} pixels per side",
        )
    grid = window_grid(height, width)
    vectors = _window_vectors(encoder, image, grid, advance)
    cosines = vectors @ encoder.encode_texts(list(texts)).T
    for cells in grid.cell_means(cosines):
        yield probability_map(cells, grid)


def probability_map(cells: NDArray[np.float64], grid: WindowGrid) -> NDArray[np.float64]:
    """Turn mean cosines of cells into a map of probabilities.

    A map of one value, where the reference divides by zero, becomes zero everywhere.

    Args:
        cells: [rows, columns] of the grid's cells.
        grid: Where they lie.

    Returns:
        float64 [h, w], 0..1, in steps of 1/255.
    """
    stretched = cells - cells.min()
    highest = stretched.max()
    if highest > 0:
        stretched /= highest
    levels = (255 * stretched).astype(np.uint8)  # truncated, as the reference does
    blurred = median_of_cells(levels, grid.row_edges, grid.col_edges, _MEDIAN_PX)
    return np.asarray(_through_jpeg(blurred) / 255.0, np.float64)


def _window_vectors(
    encoder: Encoder, image: NDArray[np.uint8], grid: WindowGrid, advance: Advance
) -> NDArray[np.float32]:
    vectors = []
    for start in range(0, len(grid.windows), _BATCH):
        fitted = [
            encoder.fit(_through_jpeg(resize_cubic(image[top:bottom, left:right], _WINDOW_PX)))
            for top, bottom, left, right in grid.windows[start : start + _BATCH]
        ]
        vectors.append(encoder.encode_images(np.stack(fitted)))
        advance(len(fitted))
    return np.concatenate(vectors)


def _through_jpeg(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Save as JPEG and read again, RGB or grey; the bytes are those that OpenCV writes."""
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=_JPEG_QUALITY, subsampling="4:2:0")
    with Image.open(data) as read:
        return np.asarray(read)
