"""Where in a hit its query is found: the hit's pixels are read again from the scene."""

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import CellEncoder
from geosearch.localization.cell_map import cell_map
from geosearch.localization.outline import map_outline
from geosearch.scenes import pixel_places
from geosearch.search import Hit, Where, window_pixels


def place_in_hit(
    encoder: CellEncoder, hit: Hit, query: NDArray[np.float32], *, crs: str | None = None
) -> Where:
    """Return where in a hit its query is found.

    Args:
        encoder: Of the index that the hit is from.
        hit: A hit.
        query: The vector that it answers, float32 [dim], unit length.
        crs: The CRS that the scene was indexed with, for a file that does not say.

    Raises:
        SceneError: The scene is gone, or is not the raster that was indexed.
    """
    values = cell_map(encoder, window_pixels(hit), query)
    outline = map_outline(values, hit.window, pixel_places(hit.href, assume_crs=crs))
    return Where(values, outline)
