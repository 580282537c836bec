"""Semantic localisation: how well a map of probabilities points at the regions a text means.

Metrics of Yuan et al., "Learning to Evaluate Performance of Multi-modal Semantic Localization"
(arXiv 2209.06515), as the authors' evaluation code computes them
(xiaoyuan1996/SemanticLocalizationMetrics), its rounding and its even filter windows included.
"""

import importlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geosearch.errors import UsageError

Centre = NDArray[np.int64]
"""int64 [2], column and row."""

_SOFTENED, _SOFTENING_PX = 5, 50
_PEAK_PX = 1000
_MIN_PEAK = 0.5
_REACH = 1.5  # of a region's radius over the mean distance of its vertices
_SHARPNESS, _STEEPNESS = 0.707, 3.0
_WEIGHTS = {"Rsu": 0.4, "Ras": 0.35, "Rda": 0.25}


def localization_scores(
    probability: NDArray[np.floating], regions: Sequence[ArrayLike]
) -> dict[str, float]:
    """Judge one map against the regions of its text.

    Args:
        probability: [h, w], 0..1.
        regions: Polygons, each [n, 2]: column and row of its vertices, pixels.

    Returns:
        ``Rsu`` (fraction of the probability inside; 0..1, higher is better), ``Ras`` (how far its
        peaks are from the regions' centres; 0..1, lower is better), ``Rda`` (how well peaks keep
        together; higher is better) and ``Rmi``, their weighted mean.

    Raises:
        UsageError: It is not a map of probabilities, or there is no region.
    """
    prob = np.asarray(probability, np.float64)
    if prob.ndim != 2 or 0 in prob.shape or not (prob.min() >= 0 and prob.max() <= 1):
        raise UsageError(
            f"not a map of probabilities: shape {prob.shape}",
            hint="give [h, w] with values in 0..1",
        )
    polygons = [np.asarray(region, np.float64) for region in regions]
    if not polygons or any(p.ndim != 2 or p.shape[1] != 2 or not len(p) for p in polygons):
        raise UsageError(
            "no regions to compare with", hint="give polygons, each a list of [column, row]"
        )
    centres = peak_centres(prob)
    circles = [_circle(polygon) for polygon in polygons]
    scores = {
        "Rsu": _significance(prob, region_mask(prob.shape, polygons)),
        "Ras": _shift(circles, centres),
        "Rda": _discreteness(circles, centres),
    }
    good = {**scores, "Ras": 1 - scores["Ras"]}
    return scores | {"Rmi": sum(fraction * good[name] for name, fraction in _WEIGHTS.items())}


def region_mask(
    shape: tuple[int, ...], polygons: Sequence[NDArray[np.floating]]
) -> NDArray[np.bool_]:
    """Fill polygons as OpenCV's ``fillPoly`` does: truncated vertices, borders in, even-odd.

    Args:
        shape: Height and width.
        polygons: Each [n, 2], column and row.
    """
    mask = np.zeros(shape[:2], np.bool_)
    crossings: dict[int, list[int]] = {}
    corners = [np.trunc(polygon).astype(np.int64) for polygon in polygons]
    for polygon in corners:
        for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            _cross(start, end, crossings)
    for row, found in crossings.items():
        if not 0 <= row < mask.shape[0]:
            continue
        found.sort()
        for left, right in zip(found[::2], found[1::2], strict=True):
            first, last = -((-left) >> 16), right >> 16  # the first pixel within, and the last
            mask[row, max(first, 0) : max(last + 1, 0)] = True
    for polygon in corners:  # last: what two polygons share stays border
        for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            _draw_line(mask, start, end)
    return mask


def _cross(start: Centre, end: Centre, crossings: dict[int, list[int]]) -> None:
    """Note where an edge crosses each row, in 65536ths of a pixel; the lower end is left out."""
    (x0, y0), (x1, y1) = start.tolist(), end.tolist()
    if y0 == y1:
        return
    if y0 > y1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    step = int(((x1 - x0) << 16) / (y1 - y0))  # truncated, as C divides
    for row in range(y0, y1):
        crossings.setdefault(row, []).append((x0 << 16) + (row - y0) * step)


def _draw_line(mask: NDArray[np.bool_], start: Centre, end: Centre) -> None:
    """Draw Bresenham's line from the left end to the right, as OpenCV's iterator steps."""
    (x0, y0), (x1, y1) = start.tolist(), end.tolist()
    if x0 > x1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    wide, high, down = x1 - x0, abs(y1 - y0), 1 if y1 >= y0 else -1
    long, short = max(wide, high), min(wide, high)
    steps = np.arange(long + 1)
    # the error starts at long - 2 short and a side step is due whenever it is below 0
    aside = (2 * short * steps + long - 1) // (2 * long) if long else steps
    columns, rows = (steps, aside) if wide >= high else (aside, steps)
    columns, rows = x0 + columns, y0 + down * rows
    inside = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    mask[rows[inside], columns[inside]] = True


def require_ndimage() -> Any:
    """Return scipy's filters, which nothing else in geosearch needs.

    Raises:
        UsageError: scipy is not installed.
    """
    try:
        return importlib.import_module("scipy.ndimage")
    except ImportError as error:
        raise UsageError(
            "the localization metrics need scipy, which is not installed",
            hint='install it: pip install "geosearch-eo[localization]"',
        ) from error


def peak_centres(probability: NDArray[np.float64]) -> list[Centre]:
    """Return where a softened map is highest within its surroundings, column and row."""
    ndimage = require_ndimage()
    grey = np.asarray(probability * 255.0, np.uint8)
    for _ in range(_SOFTENED):
        grey = _box_mean(grey, _SOFTENING_PX)
    highest = ndimage.maximum_filter(grey, size=_PEAK_PX)
    peaks = (grey == highest) & (grey > 0)
    labels, count = ndimage.label(peaks, structure=np.ones((3, 3)))
    rows, cols = np.nonzero(labels)
    of = labels[rows, cols]
    sizes = np.bincount(of, minlength=count + 1)[1:]
    middle_row = np.bincount(of, rows, count + 1)[1:] / sizes
    middle_col = np.bincount(of, cols, count + 1)[1:] / sizes
    centres = np.stack([middle_col, middle_row], axis=1).astype(np.int64)
    return [centre for centre in centres if probability[centre[1], centre[0]] >= _MIN_PEAK]


def _box_mean(grey: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """Average over squares, mirrored at the borders without repeating them; rounded."""
    before, after = size_px // 2, (size_px - 1) // 2
    padded = np.pad(grey, (before, after), mode="reflect")
    mean = np.empty_like(grey)
    # row by row: sums of a whole map leave the cache, and are ten times slower
    running = padded[:size_px].sum(axis=0, dtype=np.uint32)
    total = np.zeros(padded.shape[1] + 1, np.uint32)
    for row in range(len(grey)):
        if row:
            running += padded[row + size_px - 1]
            running -= padded[row - 1]
        np.cumsum(running, out=total[1:])
        mean[row] = np.rint((total[size_px:] - total[:-size_px]) / size_px**2)
    return mean


def _circle(polygon: NDArray[np.float64]) -> tuple[Centre, int]:
    """Return a region's centre and radius, whole pixels."""
    centre = np.trunc(polygon.sum(axis=0) / len(polygon)).astype(np.int64)
    away = np.linalg.norm(polygon - centre, axis=1)
    return centre, int(away.mean() * _REACH)


def _significance(prob: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    """Return Rsu: probability inside over outside, weighed by the areas."""
    area = int(mask.sum())
    if area == 0:  # the regions lie outside the picture
        return 0.0
    inside, everything = float(prob[mask].sum()), float(prob.sum())
    fraction = inside / (everything - inside + 1e-7)
    return 1 - math.exp(-_SHARPNESS * fraction * (prob.size - area) / area)


def _near(
    circle: tuple[Centre, int], centres: Sequence[Centre]
) -> tuple[list[Centre], list[float]]:
    middle, radius = circle
    away = [float(np.linalg.norm(middle - centre)) for centre in centres]
    kept = [i for i, distance in enumerate(away) if distance <= radius]
    return [centres[i] for i in kept], [away[i] for i in kept]


def _shift(circles: Sequence[tuple[Centre, int]], centres: Sequence[Centre]) -> float:
    """Return Ras: how far peaks lie from the centres of the regions they belong to."""
    offsets = []
    for circle in circles:
        _, away = _near(circle, centres)
        offsets.append(float(np.mean(away)) / circle[1] if away and circle[1] else 1.0)
    mean = float(np.mean(offsets)) if centres else 1.0
    return (math.exp(_STEEPNESS * mean) - 1) / (math.exp(_STEEPNESS) - 1)


def _discreteness(circles: Sequence[tuple[Centre, int]], centres: Sequence[Centre]) -> float:
    """Return Rda: one peak a region is best, several close ones are better than far ones."""
    found = []
    for circle in circles:
        near, _ = _near(circle, centres)
        if len(near) < 2:
            found.append(float(len(near)))
            continue
        points = np.asarray(near, np.float64)
        apart = np.linalg.norm(points - points.mean(axis=0), axis=1).mean()
        found.append(0.5 * (1 - apart / circle[1]) + math.exp(-0.5 * (len(near) + 2)))
    return float(np.mean(found))
