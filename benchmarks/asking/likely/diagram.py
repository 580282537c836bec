"""A reliability diagram: what probabilities claim against what is true."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.asking.likely.probabilities import Trusted

_EDGE_PX = 400
_MARGIN_PX = 50
_COLOURS = ((31, 119, 180), (214, 39, 40), (44, 140, 44), (140, 86, 175))


def draw(sets: dict[str, Trusted], path: Path) -> None:
    """Draw each set's tenths as a PNG; a perfect set lies on the diagonal."""
    side = _EDGE_PX + 2 * _MARGIN_PX
    picture = Image.new("RGB", (side, side), "white")
    canvas = ImageDraw.Draw(picture)
    low, high = _MARGIN_PX, _MARGIN_PX + _EDGE_PX
    canvas.rectangle((low, low, high, high), outline="black")
    canvas.line((low, high, high, low), fill=(180, 180, 180))
    for number, (name, one) in enumerate(sets.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [(low + _EDGE_PX * x, high - _EDGE_PX * y) for x, y, _ in one.bins]
        canvas.line(points, fill=colour, width=2)
        for (x, y), (_, _, count) in zip(points, one.bins, strict=True):
            radius = 2 + float(np.log10(count + 1))
            canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        canvas.text((low + 10, low + 10 + 16 * number), name, fill=colour)
    canvas.text((low, high + 8), "0      claimed probability of a hit      1", fill="black")
    canvas.text((4, low - 16), "true fraction, 1 at the top", fill="black")
    picture.save(path)
