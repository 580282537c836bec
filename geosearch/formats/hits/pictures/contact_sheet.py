"""Hits as one picture: their pixels, read again from the scenes, with rank and score."""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from geosearch.errors import Refusal
from geosearch.formats.hits.elided import elided
from geosearch.formats.hits.pictures.contour import draw_contour
from geosearch.formats.hits.pictures.thumbnails import lost_scene
from geosearch.outputs import PNG, require_output, write_bytes
from geosearch.paths import PathLike
from geosearch.search import Hit, window_pixels
from geosearch.text import shown

_TILE_PX = 224
_GAP_PX = 10
_CAPTION_PX = 36
_TITLE_PX = 34
_MAX_HITS = 100
_MAX_LINES = 12
"""Of the reason in an empty tile."""
_PAPER = (250, 250, 248)
_INK = (32, 32, 36)
_FAINT = (120, 120, 126)


def write_contact_sheet(
    path: PathLike, hits: Sequence[Hit], title: str = ""
) -> tuple[Refusal, ...]:
    """Write what `contact_sheet` draws.

    Returns:
        Scenes that could not be read, each once.

    Raises:
        UsageError: The file cannot be written, or ends as those of another format.
    """
    require_output(path, PNG)
    data, refused = contact_sheet(hits, title)
    write_bytes(path, data)
    return refused


def contact_sheet(hits: Sequence[Hit], title: str = "") -> tuple[bytes, tuple[Refusal, ...]]:
    """Return a PNG with one tile per hit, best first; at most a hundred.

    A hit whose scene cannot be read any more gets an empty tile that says why.

    Returns:
        The file, and scenes that could not be read, each once.
    """
    refused: dict[str, Refusal] = {}
    hits = hits[:_MAX_HITS]
    columns = max(1, min(5, len(hits)))
    rows = max(1, math.ceil(len(hits) / columns))
    width = columns * (_TILE_PX + _GAP_PX) + _GAP_PX
    height = _TITLE_PX + rows * (_TILE_PX + _CAPTION_PX + _GAP_PX)
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    heading = shown(title) if hits else f"{shown(title)}: no hits"
    draw.text((_GAP_PX, 8), _fitted(heading, 16, width - 2 * _GAP_PX), _INK, font=_font(16))
    for place, hit in enumerate(hits):
        left = _GAP_PX + (place % columns) * (_TILE_PX + _GAP_PX)
        top = _TITLE_PX + (place // columns) * (_TILE_PX + _CAPTION_PX + _GAP_PX)
        refusal = _draw_tile(sheet, draw, hit, left, top)
        if refusal is not None:
            refused.setdefault(refusal.input, refusal)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue(), tuple(refused.values())


def _draw_tile(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, hit: Hit, left: int, top: int
) -> Refusal | None:
    """Draw a hit; return why its scene cannot be read, if it cannot."""
    refusal = None
    try:
        picture = Image.fromarray(window_pixels(hit))
        scale = _TILE_PX / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        sheet.paste(picture.resize(size, Image.Resampling.BICUBIC), (left, top))
        if hit.where is not None:
            draw_contour(draw, hit.where, left, top, size)
    except OSError as error:
        refusal = lost_scene(hit, error)
        draw.rectangle((left, top, left + _TILE_PX - 1, top + _TILE_PX - 1), outline=_FAINT)
        lines = _wrapped(refusal.reason, 12, _TILE_PX - 16)
        for number, line in enumerate(lines[:_MAX_LINES]):
            draw.text((left + 8, top + 8 + 16 * number), line, _FAINT, font=_font(12))
    likely = "" if hit.likely is None else f"likely {hit.likely:.2f}   "
    ground = f"{hit.size_m[0]:.0f} x {hit.size_m[1]:.0f} m"
    first = f"{hit.rank}.  {hit.score:.3f}   {likely}{ground}"
    draw.text((left, top + _TILE_PX + 3), first, _INK, font=_font(13))
    second = _fitted(shown(hit.scene), 11, _TILE_PX)
    draw.text((left, top + _TILE_PX + 19), second, _FAINT, font=_font(11))
    return refusal


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fitted(text: str, size: int, width_px: int) -> str:
    """Shorten a text in its middle until it fits."""
    font = _font(size)
    return elided(text, lambda part: font.getlength(part) <= width_px)


def _wrapped(text: str, size: int, width_px: int) -> list[str]:
    """Break a text into lines that fit, between its words; a long word is shortened."""
    font = _font(size)
    lines: list[str] = []
    for word in shown(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(_fitted(word, size, width_px))
    return lines
