"""The edge of where a query is found in a chip, drawn onto its picture."""

import numpy as np
from PIL import Image, ImageDraw

from geosearch.search import MARKED, Where

_CONTOUR = (255, 214, 10)
_SHADE = (32, 32, 36)


def draw_contour(
    draw: ImageDraw.ImageDraw, where: Where, left: int, top: int, size: tuple[int, int]
) -> None:
    """Draw the edge of what a map marks: where neighbouring pixels lie on either side.

    Args:
        draw: The picture.
        where: The map.
        left: Column of the picture at which the chip starts.
        top: Row, likewise.
        size: Width and height of the chip in the picture, pixels.
    """
    marked = Image.fromarray(where.map).resize(size, Image.Resampling.BILINEAR)
    inside = np.asarray(marked) > MARKED
    edge = np.zeros_like(inside)
    edge[:, 1:] |= inside[:, 1:] != inside[:, :-1]
    edge[1:] |= inside[1:] != inside[:-1]
    for row, col in np.argwhere(edge).tolist():
        x, y = left + col, top + row
        draw.rectangle((x - 1, y - 1, x + 1, y + 1), fill=_SHADE)
    for row, col in np.argwhere(edge).tolist():
        draw.point((left + col, top + row), fill=_CONTOUR)
