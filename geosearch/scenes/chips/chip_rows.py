"""Chips as windows of their levels, in rows that are read one after the other: pure arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.chips.levels import Level, level_at, widest_strip_px

Rows = list[slice]
"""Of chips: each is one row of them, of one level."""


@dataclass(frozen=True, slots=True)
class LevelChips:
    """The chips of a scene as windows of its levels."""

    levels: tuple[Level, ...]
    level_numbers: NDArray[np.int64]
    """[n], which of the levels a chip is cut from."""
    level_windows: NDArray[np.int64]
    """[n, 4], column, row, width, height in pixels of that level."""
    bottoms: NDArray[np.int64]
    """[n], where chips end, rows of the scene."""


def level_chips(
    windows: NDArray[np.integer[Any]],
    gsd_m: NDArray[np.float32] | None,
    size: tuple[int, int],
    pixel_m: tuple[float, float],
) -> LevelChips:
    """Return chips as windows of their levels.

    Args:
        windows: [n, 4], column, row, width, height in pixels of the scene.
        gsd_m: [n], metres per pixel of each chip; None for the scene's own pixels.
        size: Columns and rows of the scene.
        pixel_m: Width and height of a pixel of the scene, metres.
    """
    chips = np.asarray(windows, dtype=np.int64).reshape(-1, 4)
    bottoms = chips[:, 1] + chips[:, 3]
    if gsd_m is None:
        return LevelChips((Level(*size, *size),), np.zeros(len(chips), np.int64), chips, bottoms)
    gsds, numbers = np.unique(gsd_m, return_inverse=True)
    levels = tuple(level_at(*size, pixel_m=pixel_m, gsd_m=each) for each in gsds.tolist())
    level_windows = np.empty_like(chips)
    for number, level in enumerate(levels):
        of_level = numbers == number
        level_windows[of_level] = level.from_scene(chips[of_level])
    return LevelChips(levels, numbers, level_windows, bottoms)


def held_parts(chips: LevelChips) -> Iterator[Rows]:
    """Yield rows of chips that are read from top to bottom, and narrow enough to be held."""
    marks = np.column_stack([chips.level_numbers, chips.level_windows[:, [1, 3]]])
    edges = np.flatnonzero((marks[1:] != marks[:-1]).any(axis=1)) + 1
    part: Rows = []
    tops = dict.fromkeys(range(len(chips.levels)), 0)
    for row in (slice(*pair) for pair in pairwise([0, *edges.tolist(), len(marks)])):
        level, top = int(chips.level_numbers[row.start]), int(chips.level_windows[row.start, 1])
        upwards = part and chips.bottoms[row.start] < chips.bottoms[part[-1].start]
        if upwards or top < tops[level]:
            yield from _narrow(chips, part)
            part = []
            tops = dict.fromkeys(tops, 0)
        part.append(row)
        tops[level] = top
    yield from _narrow(chips, part)


def _narrow(chips: LevelChips, part: Rows) -> Iterator[Rows]:
    """Yield rows together where they are narrow enough to be held, else piece by piece."""
    across = np.array([level.width_px / level.cols for level in chips.levels])[chips.level_numbers]
    lefts = chips.level_windows[:, 0] * across
    rights = lefts + chips.level_windows[:, 2] * across
    all_of = np.concatenate([np.arange(row.start, row.stop) for row in part])
    numbers, heights_px = chips.level_numbers[all_of], chips.level_windows[all_of, 3]
    heights = [
        (chips.levels[number], int(heights_px[numbers == number].max()))
        for number in np.unique(numbers).tolist()
    ]
    # one more: edges between pixels are rounded
    widest = 1 + max(widest_strip_px(heights), float((rights - lefts)[all_of].max()))
    if rights[all_of].max() - lefts[all_of].min() <= widest:
        yield part
        return
    for row in part:
        at = row.start
        while at < row.stop:
            beyond = rights[at : row.stop] > lefts[at] + widest
            stop = at + int(np.argmax(np.r_[beyond, True]))
            yield [slice(at, stop)]
            at = stop


def next_tops(chips: LevelChips, part: Rows) -> list[int]:
    """Return for each row where the next one of its level starts; where the level ends if none."""
    tops = [level.rows for level in chips.levels]
    following = []
    for row in reversed(part):
        number = chips.level_numbers[row.start]
        following.append(tops[number])
        tops[number] = int(chips.level_windows[row.start, 1])
    return following[::-1]


def reaches(chips: LevelChips, part: Rows) -> list[int]:
    """Return for each row where the rows from it on, of its level, end or leave the first gap."""
    nearest: dict[int, tuple[int, int]] = {}
    found = []
    for row in reversed(part):
        number = int(chips.level_numbers[row.start])
        _, top, _, height = chips.level_windows[row.start].tolist()
        below, reach = nearest.get(number, (top + height, top + height))
        reach = max(reach, top + height) if below <= top + height else top + height
        nearest[number] = top, reach
        found.append(reach)
    return found[::-1]
