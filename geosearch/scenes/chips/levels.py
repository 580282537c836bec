"""A scene at several ground resolutions: pure pixel arithmetic, no files.

A level lays fewer, larger pixels over the whole of a scene, as an overview does: its first pixel
starts where the scene starts, its last one ends where the scene ends. Chips are cut from a level
as they would be from the scene, and their windows are given in pixels of the scene. A level
follows from the scene's size and a number of metres per pixel, so that a chip that knows its metres
a pixel can be read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.chips.grid import chip_windows
from geosearch.scenes.raster.reading_memory import reading_memory

SAME_LEVEL = 1.25
"""A scale less than this above the scene's own resolution is that resolution again."""

WHOLE_FACTOR = 0.02
"""Where a whole number of the scene's pixels makes a pixel of the level to this part, it does:
maps stretch the ground by a part in a thousand, and pixels are not smeared for that."""

_FLOAT32 = 2e-7
"""Relative: metres per pixel are kept as float32."""


@dataclass(frozen=True, slots=True)
class Level:
    """A scene's ground in pixels of some size."""

    width_px: int
    """Columns of the scene."""
    height_px: int
    """Rows of the scene."""
    cols: int
    """Columns of the level, 1 to ``width_px``."""
    rows: int
    """Rows of the level, 1 to ``height_px``."""

    @property
    def is_own(self) -> bool:
        """Whether its pixels are those of the scene."""
        return (self.cols, self.rows) == (self.width_px, self.height_px)

    def to_scene(self, windows: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return windows [n, 4] of the level in pixels of the scene, to the nearest one."""
        return _moved(windows, self.width_px / self.cols, self.height_px / self.rows)

    def from_scene(self, windows: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return windows [n, 4] that `to_scene` gave in pixels of the level, as they were."""
        return _moved(windows, self.cols / self.width_px, self.rows / self.height_px)


def _moved(windows: NDArray[np.integer[Any]], across: float, down: float) -> NDArray[np.int32]:
    chips = np.asarray(windows, dtype=np.int64).reshape(-1, 4)
    ratio = np.array([across, down])
    near = np.rint(chips[:, :2] * ratio)
    far = np.rint((chips[:, :2] + chips[:, 2:]) * ratio)
    return np.concatenate([near, far - near], axis=1).astype(np.int32)


def level_at(width_px: int, height_px: int, *, pixel_m: tuple[float, float], gsd_m: float) -> Level:
    """Return a scene's level of some ground resolution; never finer than the scene.

    Args:
        width_px: Columns of the scene.
        height_px: Rows of the scene.
        pixel_m: Width and height of a pixel of the scene, metres.
        gsd_m: Width and height of a pixel of the level, metres; to 2 %.
    """
    return Level(
        width_px,
        height_px,
        _pixel_count(width_px, gsd_m / pixel_m[0]),
        _pixel_count(height_px, gsd_m / pixel_m[1]),
    )


def _pixel_count(extent_px: int, factor: float) -> int:
    factor = max(1.0, factor)
    if abs(factor - round(factor)) <= WHOLE_FACTOR * factor:
        factor = round(factor)
    # rounded up, as GDAL's overviews are: a level of every second pixel is then the overview
    return max(1, int(np.ceil(extent_px / factor * (1 - _FLOAT32))))


def level_gsds(own_gsd_m: float, gsd_m: float | None, scales: Sequence[int]) -> tuple[float, ...]:
    """Return the ground resolutions that a scene is cut at, the finest first.

    A resolution finer than the scene's adds no detail: it is cut at the scene's own, once.

    Args:
        own_gsd_m: The scene's own, metres per pixel.
        gsd_m: The requested one, metres per pixel; None for the scene's own.
        scales: Multiples of it.

    Returns:
        Metres per pixel, as float32 holds them.
    """
    finest = own_gsd_m if gsd_m is None else gsd_m
    requested = [finest * scale for scale in sorted(scales)]
    own = [own_gsd_m] if requested[0] <= own_gsd_m else []
    coarser_than = own_gsd_m * SAME_LEVEL if own else 0.0
    return tuple(
        float(np.float32(each)) for each in own + [one for one in requested if one > coarser_than]
    )


@dataclass(frozen=True, slots=True)
class ChipLayout:
    """Where the chips of a scene lie, at all its ground resolutions."""

    windows: NDArray[np.int32]
    """[n, 4], column, row, width, height in pixels of the scene, in the order to read them."""
    gsd_m: NDArray[np.float32]
    """[n], metres per pixel of the chip."""

    def __len__(self) -> int:
        return len(self.windows)

    def only(self, which: NDArray[Any]) -> "ChipLayout":
        """Return some of the chips: bool [n], or their positions."""
        return ChipLayout(self.windows[which], self.gsd_m[which])


def cut_levels(
    width_px: int,
    height_px: int,
    gsds_m: Sequence[float],
    *,
    pixel_m: tuple[float, float],
    size_px: int,
    stride_px: int,
) -> ChipLayout:
    """Return the chips of a scene at several ground resolutions.

    The finest covers the scene whatever its size. A coarser one is left out where its chips are
    larger than the scene.

    Args:
        width_px: Columns of the scene.
        height_px: Rows of the scene.
        gsds_m: Metres per pixel of each level, the finest first, as `level_gsds` gives them.
        pixel_m: Width and height of a pixel of the scene, metres.
        size_px: Chip edge, pixels of the chip.
        stride_px: Step between chips, pixels of the chip.

    Raises:
        UsageError: The stride leaves gaps between chips.
        SceneError: There would be too many chips.
    """
    windows: list[NDArray[np.int32]] = []
    gsds: list[NDArray[np.float32]] = []
    heights: list[tuple[Level, int]] = []
    for gsd_m in gsds_m:
        level = level_at(width_px, height_px, pixel_m=pixel_m, gsd_m=gsd_m)
        if windows and min(level.cols, level.rows) < size_px:
            break
        cut = chip_windows(level.cols, level.rows, size_px=size_px, stride_px=stride_px)
        windows.append(level.to_scene(cut))
        gsds.append(np.full(len(cut), gsd_m, dtype=np.float32))
        heights.append((level, min(size_px, level.rows)))
    return _in_reading_order(ChipLayout(np.concatenate(windows), np.concatenate(gsds)), heights)


def widest_strip_px(heights: Sequence[tuple[Level, int]]) -> float:
    """Return how many columns of a scene can be held at once.

    Args:
        heights: Levels, and how many of their rows are held.
    """
    # three bands and what is valid
    return reading_memory().strip_bytes / sum(
        4 * rows * level.cols / level.width_px for level, rows in heights
    )


def _in_reading_order(cut: ChipLayout, heights: Sequence[tuple[Level, int]]) -> ChipLayout:
    """Order chips by where they end; those of a very wide scene by spans of its columns first."""
    bottoms = cut.windows[:, 1] + cut.windows[:, 3]
    spans = _spans(cut.windows, widest_strip_px(heights))
    if len(heights) == 1:
        return cut if not spans.any() else cut.only(np.argsort(spans, kind="stable"))
    order = np.lexsort((cut.gsd_m, bottoms, spans))
    # chips of very few pixels may cover the same ones at two levels: a chip's id is its window
    unique = np.zeros(len(cut), dtype=bool)
    unique[np.unique(cut.windows, axis=0, return_index=True)[1]] = True
    return cut.only(order[unique[order]])


def _spans(windows: NDArray[np.int32], widest_px: float) -> NDArray[np.int64]:
    """Return in which span of columns each chip lies, int64 [n]; spans overlap by a chip."""
    lefts = windows[:, 0].astype(np.int64)
    rights = lefts + windows[:, 2]
    widest = max(widest_px, float(windows[:, 2].max()))
    spans = np.full(len(windows), -1)
    span = 0
    while (rest := spans < 0).any():
        spans[rest & (rights <= lefts[rest].min() + widest)] = span
        span += 1
    return spans
