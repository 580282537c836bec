"""One hit a place: overlapping chips show the same thing again."""

from collections import defaultdict
from collections.abc import Sequence

from geosearch.geo import PixelWindow
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.one_place import SHARED_GROUND


def distinct_places(hits: Sequence[Hit]) -> list[Hit]:
    """Leave out every hit that shares its ground with a better one of the same scene.

    Greedy non-maximum suppression in pixels of the scene. Other scenes over the
    same ground stay: they may be of another time.

    Args:
        hits: Best first.

    Returns:
        The hits that stay, in their order, with their old ranks.
    """
    kept: list[Hit] = []
    windows: dict[str, list[PixelWindow]] = defaultdict(list)
    for hit in hits:
        if all(_shared(hit.window, other) <= SHARED_GROUND for other in windows[hit.scene]):
            kept.append(hit)
            windows[hit.scene].append(hit.window)
    return kept


def _shared(a: PixelWindow, b: PixelWindow) -> float:
    """Return the area two windows share, as a part of the smaller one's."""
    width = min(a.col + a.width, b.col + b.width) - max(a.col, b.col)
    height = min(a.row + a.height, b.row + b.height) - max(a.row, b.row)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(a.width * a.height, b.width * b.height)
