"""Windows: rectangles of a scene's pixels."""

from typing import NamedTuple


class PixelWindow(NamedTuple):
    """A rectangle of a scene's pixels; columns and rows count from its upper left corner."""

    col: int
    """First column."""
    row: int
    """First row."""
    width: int
    """Columns, at least 1."""
    height: int
    """Rows, at least 1."""
