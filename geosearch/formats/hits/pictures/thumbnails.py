"""Pictures of hits as small JPEG files, read again from their scenes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from geosearch.errors import Refusal, SceneError
from geosearch.formats.hits.pictures.contour import draw_contour
from geosearch.search import Hit, window_pixels

MOST_PICTURES = 1000
"""Of one file: each takes tens of milliseconds and about ten kilobytes."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of a hit."""

    jpeg: bytes
    """The file."""
    width_px: int
    """Its columns."""
    height_px: int
    """Its rows."""


def thumbnail(hit: Hit, *, edge_px: int = 256, quality: int = 85) -> Thumbnail:
    """Return a hit's pixels as they were embedded, with the edge of where the query is found.

    Args:
        hit: The hit.
        edge_px: Length of the longer side, pixels.
        quality: Of JPEG, 1 to 95.

    Raises:
        OSError: Its scene is gone, or is not the raster that was indexed (a SceneError, mostly).
    """
    pixels = Image.fromarray(window_pixels(hit))
    scale = edge_px / max(pixels.size)
    size = max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale))
    picture = pixels.resize(size, Image.Resampling.BICUBIC)
    if hit.where is not None:
        draw_contour(ImageDraw.Draw(picture), hit.where, 0, 0, size)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return Thumbnail(buffer.getvalue(), *size)


def thumbnails(
    hits: Sequence[Hit], *, edge_px: int = 256
) -> tuple[list[Thumbnail | None], tuple[Refusal, ...]]:
    """Return a picture a hit, and which scenes cannot be read any more, each once.

    Args:
        hits: The first `MOST_PICTURES` of them get one.
        edge_px: Length of the longer side, pixels.

    Returns:
        One a hit; None where there is none.
    """
    made: list[Thumbnail | None] = [None] * len(hits)
    refused: dict[str, Refusal] = {}
    for at, hit in enumerate(hits[:MOST_PICTURES]):
        try:
            made[at] = thumbnail(hit, edge_px=edge_px)
        except OSError as error:
            refused.setdefault(hit.scene, lost_scene(hit, error))
    return made, tuple(refused.values())


def lost_scene(hit: Hit, error: OSError) -> Refusal:
    """Return why the pixels of a hit cannot be read."""
    if isinstance(error, SceneError):
        return Refusal(hit.scene, error.message, error.hint, hit.href)
    reason = error.strerror or str(error)
    return Refusal(hit.scene, reason, "check that its file is there and may be read", hit.href)
