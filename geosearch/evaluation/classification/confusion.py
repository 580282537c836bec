"""A confusion matrix as a picture: the darker a cell, the larger its fraction of the row."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from geosearch.errors import UsageError
from geosearch.text import shown

_CELL_PX, _EDGE_PX, _TITLE_PX = 36, 12, 30
_SMALLEST_CELL_PX = 12
_LARGEST_PX = 4096
_LABEL_SIZE, _NUMBER_SIZE, _TITLE_SIZE = 13, 11, 15
_PAPER, _INK, _GRID = (250, 250, 248), (32, 32, 36), (222, 222, 220)
_FULL = (20, 66, 120)
_LONGEST_LABEL = 28


def confusion_picture(
    confusion: Sequence[Sequence[int]], classes: Sequence[str], title: str = ""
) -> bytes:
    """Draw a confusion matrix as a PNG; rows are the truth, columns what was taken for it.

    Cells hold percent of their row, from 1 up, where there is room for numbers.

    Args:
        confusion: [classes, classes], counts.
        classes: What rows and columns are called.
        title: Above it.

    Raises:
        UsageError: There are more classes than a picture can show.
    """
    counts = np.asarray(confusion, np.float64)
    cell = max(_SMALLEST_CELL_PX, min(_CELL_PX, 1600 // len(classes)))
    font = ImageFont.load_default(min(_LABEL_SIZE, cell))
    labels = [_printable(name) for name in classes]
    beside = int(max(font.getlength(label) for label in labels)) + _EDGE_PX
    side = cell * len(classes)
    if side + beside > _LARGEST_PX:
        raise UsageError(
            f"{len(classes)} classes are too many for one picture",
            hint="write the report as JSON instead",
        )
    left, top = _EDGE_PX + beside, _TITLE_PX + beside
    sheet = Image.new("RGB", (left + side + _EDGE_PX, top + side + _EDGE_PX), _PAPER)
    ink = ImageDraw.Draw(sheet)
    ink.text((_EDGE_PX, _EDGE_PX // 2), _printable(title, 200), _INK, _title_font())
    fractions = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for row, col in np.ndindex(*fractions.shape):
        _draw_cell(ink, (left + col * cell, top + row * cell), cell, float(fractions[row, col]))
    for place, label in enumerate(labels):
        middle = place * cell + cell // 2
        ink.text((left - 6, top + middle), label, _INK, font, anchor="rm")
        _draw_upright(sheet, label, font, (left + middle, top - 6))
    data = io.BytesIO()
    sheet.save(data, "PNG", optimize=True)
    return data.getvalue()


def _draw_cell(
    ink: ImageDraw.ImageDraw, corner: tuple[int, int], cell: int, fraction: float
) -> None:
    x, y = corner
    shade = tuple(
        round(paper + (full - paper) * fraction) for paper, full in zip(_PAPER, _FULL, strict=True)
    )
    ink.rectangle((x, y, x + cell - 1, y + cell - 1), shade, _GRID)
    if cell >= 2 * _NUMBER_SIZE and fraction >= 0.005:
        ink.text(
            (x + cell // 2, y + cell // 2),
            f"{100 * fraction:.0f}",
            _PAPER if fraction > 0.5 else _INK,
            ImageFont.load_default(_NUMBER_SIZE),
            anchor="mm",
        )


def _draw_upright(
    sheet: Image.Image,
    label: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    bottom: tuple[int, int],
) -> None:
    """Write a label turned by 90 degrees, ending at ``bottom``."""
    left, top, right, low = font.getbbox(label)
    line = Image.new("L", (int(right - left) + 1, int(low - top) + 1), 0)
    ImageDraw.Draw(line).text((-left, -top), label, 255, font)
    turned = line.rotate(90, expand=True)
    x, y = bottom
    sheet.paste(_INK, (x - turned.width // 2, y - turned.height), turned)


def _title_font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_TITLE_SIZE)


def _printable(name: str, longest: int = _LONGEST_LABEL) -> str:
    return shown(name[:longest])[:longest] or "?"
