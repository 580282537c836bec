"""Answers to questions as one picture, to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_TILE_PX, _GAP_PX, _FRAME_PX = 128, 8, 4
_HEADING_PX, _CAPTION_PX = 22, 16
_PAPER, _INK, _FAINT = (250, 250, 248), (32, 32, 36), (120, 120, 126)
_RIGHT, _WRONG = (40, 150, 70), (200, 200, 204)
_COLUMNS = 2
_LONGEST_CAPTION = 22


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer among the first."""

    name: str
    """What it is of: a scene, a kind of chip."""
    right: bool
    score: float
    chip: NDArray[np.uint8]
    """uint8 [h, w, 3]."""


def write_answer_sheet(path: Path, rows: Sequence[tuple[str, Sequence[Answer]]]) -> None:
    """Write a PNG: each heading with its answers, best first, right ones framed in green.

    Raises:
        OSError: The file cannot be written.
    """
    longest = max(len(answers) for _, answers in rows)
    wide = longest * (_TILE_PX + _GAP_PX) + 2 * _GAP_PX
    high = _HEADING_PX + _TILE_PX + _CAPTION_PX + 2 * _GAP_PX
    sheet = Image.new("RGB", (_COLUMNS * wide, -(-len(rows) // _COLUMNS) * high + _GAP_PX), _PAPER)
    ink = ImageDraw.Draw(sheet)
    for i, (heading, answers) in enumerate(rows):
        left, top = (i % _COLUMNS) * wide + _GAP_PX, (i // _COLUMNS) * high + _GAP_PX
        ink.text((left, top), heading, _INK, font=ImageFont.load_default(15))
        for place, answer in enumerate(answers):
            at = (left + place * (_TILE_PX + _GAP_PX), top + _HEADING_PX)
            _draw_tile(sheet, ink, answer, at)
    sheet.save(path, "PNG", optimize=True)


def _draw_tile(
    sheet: Image.Image, ink: ImageDraw.ImageDraw, answer: Answer, at: tuple[int, int]
) -> None:
    left, top = at
    right, bottom = left + _TILE_PX - 1, top + _TILE_PX - 1
    frame = (left - _FRAME_PX, top - _FRAME_PX, right + _FRAME_PX, bottom + _FRAME_PX)
    ink.rectangle(frame, _RIGHT if answer.right else _WRONG)
    chip = Image.fromarray(answer.chip).resize((_TILE_PX, _TILE_PX), Image.Resampling.BICUBIC)
    sheet.paste(chip, at)
    caption = f"{answer.score:.2f} {answer.name}"[:_LONGEST_CAPTION]
    place = (left, bottom + _FRAME_PX + 1)
    ink.text(place, caption, _FAINT, font=ImageFont.load_default(10))
