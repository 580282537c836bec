"""Some rows of a level, made of the file's rows as these are decoded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geosearch.scenes.chips.averaging import area_mean, pixel_edges
from geosearch.scenes.chips.levels import Level
from geosearch.scenes.raster.pixels import Pixels, Valid


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of a level that were made together."""

    top: int
    """Number of the first."""
    pixels: Pixels
    """uint8 [n, width, 3]."""
    valid: Valid | None
    """bool [n, width]; None where all are."""

    @property
    def bottom(self) -> int:
        """Number of the row after the last."""
        return self.top + len(self.pixels)


class Strip:
    """Rows of a level between two of its columns: the newest, as many as are still wanted.

    They stay in the pieces in which they were made: only the rows of chips that lie in several are
    joined, as these are asked for.
    """

    def __init__(self, level: Level, shape: tuple[int, int], left: int, right: int) -> None:
        """Begin above the first row.

        Args:
            level: Whose rows are held.
            shape: Rows and columns of what is decoded: the scene, or an overview.
            left: The level's first column that is held.
            right: The one after the last.
        """
        rows, cols = shape
        self._same = (level.rows, level.cols) == (rows, cols)
        self._row_edges = pixel_edges(level.rows, rows)
        self._col_edges = pixel_edges(level.cols, cols)[left : right + 1]
        self._left = left
        self.source_left = int(self._col_edges[0])
        """First column of the file that is needed."""
        self.source_right = int(np.ceil(self._col_edges[-1]))
        """The one after the last."""
        self.bottom = 0
        """The level's first row that is not held yet."""
        self._pieces: list[_Piece] = []
        # rows of the file that belong to a row of the level which is not complete yet
        self._carry: tuple[int, Pixels, Valid | None] | None = None

    def source_bottom(self, row: int) -> int:
        """Return how many rows of the file it takes to know the level's rows above ``row``."""
        return int(np.ceil(self._row_edges[row]))

    @property
    def left(self) -> int:
        """The level's first column that is held."""
        return self._left

    @property
    def next_row(self) -> int:
        """The first row of the file that is needed next; the height of all where none is."""
        if self._carry is not None:
            return self._carry[0] + len(self._carry[1])
        return int(self._row_edges[self.bottom])

    def drop_above(self, top: int) -> None:
        """Let go of rows above ``top``: they are not asked for any more."""
        if top > self.bottom:
            self.bottom = top
            need = int(self._row_edges[top])
            if self._carry is not None:
                first, pixels, valid = self._carry
                skip = need - first
                kept = pixels[skip:], None if valid is None else valid[skip:]
                self._carry = (need, *kept) if skip < len(pixels) else None
        self._pieces = [piece for piece in self._pieces if piece.bottom > top]

    def feed(self, row: int, pixels: Pixels, valid: Valid | None) -> None:
        """Take decoded rows of the file; those that are not needed are passed over.

        Args:
            row: Number of the first, not after ``next_row``.
            pixels: uint8 [n, source_right - source_left, 3].
            valid: bool [n, ...]; None where all are.
        """
        skip = self.next_row - row
        if skip >= len(pixels):
            return
        pixels, valid = pixels[skip:], None if valid is None else valid[skip:]
        first = row + skip
        if self._carry is not None:
            first, before, good = self._carry
            pixels, valid = _joined([(before, good), (pixels, valid)])
            self._carry = None
        end = first + len(pixels)
        done = int(np.searchsorted(self._row_edges, end, side="right")) - 1
        if done > self.bottom:
            piece = _Piece(self.bottom, *self._averaged(first, done, pixels, valid))
            self._pieces.append(piece)
            self.bottom = piece.bottom
        rest = int(self._row_edges[done]) - first
        if rest < len(pixels):
            # copies: a view would keep all that was decoded
            kept = None if valid is None else valid[rest:].copy()
            self._carry = first + rest, pixels[rest:].copy(), kept

    def _averaged(
        self, first: int, done: int, pixels: Pixels, valid: Valid | None
    ) -> tuple[Pixels, Valid | None]:
        if self._same:
            return pixels, valid
        return area_mean(
            pixels,
            valid,
            self._row_edges[self.bottom : done + 1] - first,
            self._col_edges - self.source_left,
        )

    def rows(self, top: int, bottom: int) -> tuple[Pixels, Valid | None]:
        """Return rows that are held, without a copy where they were made together.

        Args:
            top: The first.
            bottom: The one after the last, at most ``bottom`` of the strip.

        Returns:
            uint8 [bottom - top, right - left, 3]; bool [...], None where all are valid.
        """
        parts = [
            (piece.pixels[rows], None if piece.valid is None else piece.valid[rows])
            for piece in self._pieces
            if piece.top < bottom and piece.bottom > top
            for rows in [slice(max(top - piece.top, 0), bottom - piece.top)]
        ]
        return parts[0] if len(parts) == 1 else _joined(parts)


def _joined(parts: Sequence[tuple[Pixels, Valid | None]]) -> tuple[Pixels, Valid | None]:
    pixels = np.concatenate([part for part, _ in parts])
    if all(valid is None for _, valid in parts):
        return pixels, None
    seen = [np.ones(part.shape[:2], bool) if valid is None else valid for part, valid in parts]
    return pixels, np.concatenate(seen)
