"""Hits as one picture: their pixels, read again from the scenes, with rank and score."""

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from geosearch.errors import SceneError
from geosearch.formats.files import write_bytes
from geosearch.scenes import read_window
from geosearch.search import Hit

_TILE_PX = 224
_GAP_PX = 10
_CAPTION_PX = 36
_TITLE_PX = 34
_MOST_HITS = 100
_PAPER = (250, 250, 248)
_INK = (32, 32, 36)
_FAINT = (120, 120, 126)


def write_contact_sheet(path: str | Path, hits: Sequence[Hit], title: str = "") -> None:
    """Write a PNG with a tile a hit, best first; at most a hundred.

    A hit whose scene cannot be read any more gets an empty tile that says so.

    Raises:
        UsageError: The file cannot be written.
    """
    hits = hits[:_MOST_HITS]
    columns = max(1, min(5, len(hits)))
    rows = max(1, math.ceil(len(hits) / columns))
    width = columns * (_TILE_PX + _GAP_PX) + _GAP_PX
    height = _TITLE_PX + rows * (_TILE_PX + _CAPTION_PX + _GAP_PX)
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    heading = title if hits else f"{title}: no hits"
    draw.text((_GAP_PX, 8), _fitted(heading, 16, width - 2 * _GAP_PX), _INK, font=_font(16))
    for place, hit in enumerate(hits):
        left = _GAP_PX + (place % columns) * (_TILE_PX + _GAP_PX)
        top = _TITLE_PX + (place // columns) * (_TILE_PX + _CAPTION_PX + _GAP_PX)
        _draw_tile(sheet, draw, hit, left, top)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    write_bytes(path, buffer.getvalue())


def _draw_tile(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, hit: Hit, left: int, top: int
) -> None:
    try:
        picture = Image.fromarray(_pixels(hit))
        scale = _TILE_PX / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        sheet.paste(picture.resize(size, Image.Resampling.BICUBIC), (left, top))
    except (SceneError, OSError):
        draw.rectangle((left, top, left + _TILE_PX - 1, top + _TILE_PX - 1), outline=_FAINT)
        draw.text((left + 8, top + 8), "the scene cannot be read now", _FAINT, font=_font(12))
    first = f"{hit.rank}.  {hit.score:.3f}   {hit.size_m[0]:.0f} x {hit.size_m[1]:.0f} m"
    draw.text((left, top + _TILE_PX + 3), first, _INK, font=_font(13))
    second = _fitted(hit.scene, 11, _TILE_PX)
    draw.text((left, top + _TILE_PX + 19), second, _FAINT, font=_font(11))


def _pixels(hit: Hit) -> NDArray[np.uint8]:
    return read_window(
        hit.href,
        hit.window,
        bands=hit.bands,
        stretch=hit.stretch,
        gsd_m=hit.gsd_m,
        pixel_m=hit.pixel_m,
    )


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fitted(text: str, size: int, width_px: int) -> str:
    """Shorten a text from its start until it fits: file names differ at their end."""
    font = _font(size)
    if font.getlength(text) <= width_px:
        return text
    while text and font.getlength("…" + text) > width_px:
        text = text[1:]
    return "…" + text
