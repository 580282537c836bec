"""The answers to the wild questions as one picture, to look at."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from geosearch.evaluation.wild import WildFigures, WildQuestion

_TILE_PX, _GAP_PX, _FRAME_PX = 128, 8, 4
_HEADING_PX, _CAPTION_PX = 22, 16
_PAPER, _INK, _FAINT = (250, 250, 248), (32, 32, 36), (120, 120, 126)
_RIGHT, _WRONG = (40, 150, 70), (200, 200, 204)
_COLUMNS = 2


def write_wild_sheet(path: Path, questions: Sequence[WildQuestion], figures: WildFigures) -> None:
    """Write a PNG: each question with its five best scenes' best chips, right ones in green.

    Raises:
        OSError: The file cannot be written.
    """
    answers = max(len(row) for row in figures.answers)
    wide = answers * (_TILE_PX + _GAP_PX) + 2 * _GAP_PX
    high = _HEADING_PX + _TILE_PX + _CAPTION_PX + 2 * _GAP_PX
    rows = -(-len(questions) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * wide, rows * high + _GAP_PX), _PAPER)
    ink = ImageDraw.Draw(sheet)
    for i, (question, rank) in enumerate(zip(questions, figures.ranks, strict=True)):
        left, top = (i % _COLUMNS) * wide + _GAP_PX, (i // _COLUMNS) * high + _GAP_PX
        heading = f"{question.text}   (first right scene: {rank})"
        ink.text((left, top), heading, _INK, font=ImageFont.load_default(15))
        top += _HEADING_PX
        for answer in figures.answers[i]:
            colour = _RIGHT if answer.right else _WRONG
            ink.rectangle(
                (left - _FRAME_PX, top - _FRAME_PX, left + _TILE_PX + 3, top + _TILE_PX + 3), colour
            )
            chip = Image.fromarray(answer.chip)
            sheet.paste(chip.resize((_TILE_PX, _TILE_PX), Image.Resampling.BICUBIC), (left, top))
            caption = f"{answer.score:.2f} {Path(answer.scene).stem}"[:22]
            place = (left, top + _TILE_PX + _FRAME_PX)
            ink.text(place, caption, _FAINT, font=ImageFont.load_default(10))
            left += _TILE_PX + _GAP_PX
    sheet.save(path, "PNG", optimize=True)
