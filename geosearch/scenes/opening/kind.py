"""What kind of scene a raster is: a picture, or heights, classes or a map.

Whoever asks for a forest wants pictures of forests, so what is no picture is left out of answers.
A picture that is taken for something else would be lost; so whatever is not sure stays in, and
names of files alone decide nothing that pixels do not bear out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from geosearch.scenes.opening.meaning import (
    NAMES_CLASSES,
    NAMES_HEIGHTS,
    NAMES_MAPS,
    NAMES_RADAR,
    NAMES_SHADED,
    KindFacts,
)
from geosearch.scenes.raster.pixels import PixelSource, read_values
from geosearch.scenes.raster.sparse_blocks import written_blocks

_WINDOWS = 9
_SIDE_PX = 64
"""36,000 pairs of neighbours say enough; four times as many cost as much as cutting the chips."""

_POLARISATIONS = frozenset({"hh", "hv", "vv", "vh", "rh", "rv"})
_CLASS_NAMES = frozenset(
    [
        "water",
        "trees",
        "grass",
        "crops",
        "built",
        "bare",
        "snow",
        "forest",
        "urban",
        "shrub",
        "wetland",
        "cropland",
        "grassland",
        "cloud",
        "shadow",
        "flooded_vegetation",
    ]
)
_HEIGHT_DRIVERS = frozenset({"SRTMHGT", "USGSDEM", "DTED", "BT", "GTX", "NTv2"})
_METRES = frozenset({"m", "metre", "metres", "meter", "meters", "ft", "feet"})
_NO_HEIGHT = frozenset({-32768.0, -32767.0, -9999.0, -99999.0})
"""Values that stand for no height, in files of heights above all."""
_LOWEST_M, _HIGHEST_M = -12000.0, 9000.0


@dataclass(frozen=True, slots=True)
class Kind:
    """What a scene is, and why that is thought."""

    name: str
    """One of `geosearch.vocabulary.KINDS`."""
    reason: str
    """In words."""


def scene_kind(source: PixelSource, facts: KindFacts) -> Kind:
    """Return what kind of scene a raster is.

    Args:
        source: The bands that are shown.
        facts: What the file says.
    """
    if facts.stated is not None:
        return Kind(*facts.stated)
    if source.is_complex:
        return Kind("radar", "complex values")
    names = [(name or "").strip().lower() for name in facts.bands.descriptions]
    if set(names) & _POLARISATIONS:
        return Kind("radar", "bands named by polarisation")
    named = [name for name in names if name in _CLASS_NAMES]
    if len(named) >= 3:
        return Kind("classes", f"a band for each class: {', '.join(named[:3])}")
    if radar := NAMES_RADAR.search(facts.names) or NAMES_RADAR.search(facts.told):
        return Kind("radar", f"named {radar[0].strip()}")
    colours = len(source.bands) > 1
    if colours and (source.dtype != np.uint8 or facts.is_lossy):
        return Kind("picture", f"{len(source.bands)} bands of light")
    try:
        sample, said = _sample(source), "no valid pixel among those looked at"
    except RasterioIOError:  # whoever cuts chips comes upon it again, and reports it
        sample, said = None, "pixels that cannot be read"
    if sample is None:
        return Kind("picture" if colours else "unknown", said)
    if source.palette is not None:
        return _of_palette(source.palette, sample, facts)
    return _of_colours(sample, facts) if colours else _of_one_band(source, sample, facts)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Some windows of a scene at its own resolution."""

    values: NDArray[Any]
    """[n, bands], of valid pixels."""
    left: NDArray[Any]
    """[m, bands], pixels that have a valid neighbour to the right."""
    right: NDArray[Any]
    """[m, bands], these neighbours."""

    def of_band(self, band: int) -> "_Sample":
        """Return what it has of one band, from 0."""
        one = slice(band, band + 1)
        return _Sample(self.values[:, one], self.left[:, one], self.right[:, one])


def _sample(source: PixelSource) -> _Sample | None:
    values, lefts, rights = [], [], []
    for window in _windows(source.dataset):
        read, valid = read_values(source, window)
        good = np.ones(read.shape[1:], bool) if valid is None else valid.copy()
        if read.dtype.kind == "f":
            good &= np.isfinite(read).all(axis=0)
        pairs = good[:, :-1] & good[:, 1:]
        values.append(read[:, good].T)
        lefts.append(read[:, :, :-1][:, pairs].T)
        rights.append(read[:, :, 1:][:, pairs].T)
    together = np.concatenate(values) if values else np.zeros((0, 1))
    if not len(together):
        return None
    return _Sample(together, np.concatenate(lefts), np.concatenate(rights))


def _windows(dataset: Any) -> list[Window]:
    """Return windows that are spread over what a file holds, from top to bottom."""
    written = written_blocks(dataset)
    rows, cols = np.nonzero(written)
    if not len(rows):
        return []
    height, width = dataset.shape
    tall, wide = dataset.block_shapes[0]
    places = []
    for number in range(_WINDOWS):
        at = int((number + 0.5) * len(rows) / _WINDOWS)
        top, left = int(rows[at]) * tall, int(cols[at]) * wide
        if wide > _SIDE_PX:  # another part of each strip
            left += int((number * 0.618 % 1) * max(0, min(wide, width - left) - _SIDE_PX))
        places.append((min(top, max(0, height - _SIDE_PX)), min(left, max(0, width - _SIDE_PX))))
    return [
        Window(left, top, min(_SIDE_PX, width - left), min(_SIDE_PX, height - top))
        for top, left in sorted(set(places))
    ]


def _flatness(sample: _Sample) -> tuple[float, float]:
    """Return which fraction of neighbours is equal, and by how much others differ in the middle."""
    if not len(sample.left):
        return 0.0, 0.0
    apart = _apart(sample)
    unlike = apart[apart > 0]
    return 1 - len(unlike) / len(apart), float(np.median(unlike)) if len(unlike) else 0.0


def _apart(sample: _Sample) -> NDArray[Any]:
    """Return by how much neighbours differ, [m]: in the band where they do most."""
    wide = np.int16 if sample.left.dtype == np.uint8 else np.float64
    apart = np.abs(sample.left.astype(wide) - sample.right)
    # band by band: the maximum along a short axis is ten times slower
    most: NDArray[Any] = np.maximum.reduce([apart[:, band] for band in range(apart.shape[1])])
    return most


def _colours(sample: _Sample) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return colours as one number each, red first, and how often each occurs; of 8-bit bands."""
    red, green, blue = (sample.values[:, band].astype(np.uint32) for band in range(3))
    colours, counts = np.unique(red << 16 | green << 8 | blue, return_counts=True)
    return colours, counts


_FLAT = 0.6
_LEAP = 40.0
"""Of 255: pictures pass from one brightness to another by less between neighbours."""
_FEW_COLOURS = 64
_LIGHT = 200


def _of_palette(palette: NDArray[np.uint8], sample: _Sample, facts: KindFacts) -> Kind:
    index = np.clip(np.stack([sample.left[:, 0], sample.right[:, 0]]), 0, len(palette) - 1)
    left, right = palette[index.astype(np.int64)][..., :3]
    values = palette[np.clip(sample.values[:, 0], 0, len(palette) - 1).astype(np.int64)][:, :3]
    shown = _Sample(values, left, right)
    count, (flat, leap) = len(_colours(shown)[0]), _flatness(shown)
    said = f"a palette, {count} colours"
    if count < 2:
        return Kind("unknown", f"{said} in what was looked at")
    if facts.has_categories and count <= 256 and flat >= 0.3:
        return Kind("classes", f"{said}, each with a name")
    drawn = NAMES_MAPS.search(facts.names)
    if flat < 0.5 or not ((count <= _FEW_COLOURS and leap >= _LEAP) or _is_drawn(shown)):
        few = len(np.unique(palette[:, :3], axis=0)) <= _FEW_COLOURS and flat >= 0.9
        if few and NAMES_CLASSES.search(facts.names):
            return Kind("classes", f"{said}, flat")
        return Kind("picture", f"{said}, as of a photograph")
    if NAMES_CLASSES.search(facts.names) or not (drawn or _is_paper(shown)):
        return Kind("classes", f"{said}, flat")
    return Kind("map", f"{said}, flat{', named map' if drawn else ', on white'}")


def _is_drawn(sample: _Sample) -> bool:
    """Return whether there is much of one colour, and sharp lines: print with soft edges.

    Water, snow and night are of one colour too, but hardly pass into anything else.
    """
    _, counts = _colours(sample)
    apart = _apart(sample)
    sharp = np.mean(apart >= 2 * _LEAP) if len(apart) else 0.0
    return bool(counts.max() >= 0.3 * counts.sum() and sharp >= 0.05 and _is_paper(sample))


def _is_paper(sample: _Sample) -> bool:
    """Return whether the commonest colour is light, as of printed maps."""
    colours, counts = _colours(sample)
    commonest = int(colours[counts.argmax()])
    return min(commonest >> 16, commonest >> 8 & 255, commonest & 255) >= _LIGHT


def _of_colours(sample: _Sample, facts: KindFacts) -> Kind:
    flat, leap = _flatness(sample)
    bands = sample.values.shape[1]
    if sample.values.dtype == np.uint8 and flat >= _FLAT:
        if bands == 3 and (leap >= _LEAP or _is_drawn(sample)):
            return Kind(
                "map", f"flat colours: {flat:.0%} of neighbours are equal, others far apart"
            )
        # no camera of so many bands sees so little in each of them
        rest = _REST if len(facts.bands.descriptions) < _MANY_BANDS else _REST / 2
        if all(_classes(sample.of_band(band), facts, rest) for band in range(bands)):
            return Kind("classes", f"{len(facts.bands.descriptions)} bands of few values each")
    return Kind("picture", f"{bands} bands of light")


def _of_one_band(source: PixelSource, sample: _Sample, facts: KindFacts) -> Kind:
    values = sample.values[:, 0]
    low, high = float(values.min()), float(values.max())
    if low == high:
        return Kind("unknown", f"one value, {low:g}, in what was looked at")
    if source.dtype.kind == "f":
        return _of_floats(source, sample, facts, low, high)
    if heights := _heights(source, sample, facts, low, high):
        return heights
    if classes := _classes(sample, facts):
        return classes
    return Kind("pan", f"one band, values from {low:g} to {high:g}")


def _of_floats(
    source: PixelSource, sample: _Sample, facts: KindFacts, low: float, high: float
) -> Kind:
    said = f"one band of floats from {low:.4g} to {high:.4g}"
    if heights := _heights(source, sample, facts, low, high):
        return heights
    whole = bool((sample.values == np.round(sample.values)).all())
    if whole and (classes := _classes(sample, facts)):
        return classes
    if low >= 0 and (high <= 2 or whole):
        return Kind("pan", f"{said}, as of reflectance" if high <= 2 else said)
    return Kind("unknown", said)


def _heights(
    source: PixelSource, sample: _Sample, facts: KindFacts, low: float, high: float
) -> Kind | None:
    if source.dtype.kind == "u" or low < _LOWEST_M or high > _HIGHEST_M or high - low < 1:
        return None
    if facts.driver in _HEIGHT_DRIVERS:
        return Kind("elevation", f"a {facts.driver} file")
    unit = next((one for one in facts.units if one), "") or ""
    if unit.strip().lower() in _METRES:
        return Kind("elevation", f"one band in {unit.strip()}")
    smooth = _smoothness(sample)
    named = NAMES_HEIGHTS.search(facts.names) or NAMES_HEIGHTS.search(facts.told)
    if named and not NAMES_SHADED.search(facts.names) and smooth <= 0.08:
        return Kind("elevation", f"named {named[0]}, values from {low:g} to {high:g}")
    # reflectance as integers is smooth at times, and lacks -9999 too: Landsat's does
    usual = _NO_HEIGHT if source.dtype.kind == "f" else {-32768.0}
    absent = {value for value in source.nodata if value is not None} & usual
    whole = source.dtype.kind == "f" and bool((sample.values == np.round(sample.values)).all())
    if absent and not whole and smooth <= 0.02 and high - low >= 5:
        return Kind("elevation", f"smooth values from {low:g} to {high:g}, nodata {min(absent):g}")
    return None


def _smoothness(sample: _Sample) -> float:
    """Return how far neighbours differ in the middle, as a fraction of the range of most values."""
    if not len(sample.left):
        return 1.0
    values = sample.values[:, 0].astype(np.float64)
    low, high = np.percentile(values, (2, 98))
    apart = np.abs(sample.left[:, 0].astype(np.float64) - sample.right[:, 0])
    return float(np.mean(apart) / (high - low)) if high > low else 1.0


_MANY_BANDS = 5
_REST = 0.4
"""Of neighbours that are not both of the commonest class, how many are equal at least."""
_HIGHEST_CODE = 999
"""Of classes: CORINE's have three digits."""


def _classes(sample: _Sample, facts: KindFacts, least: float = _REST) -> Kind | None:
    levels, places = np.unique(sample.values[:, 0], return_inverse=True)
    flat, _ = _flatness(sample)
    if facts.has_categories and flat >= 0.3 and len(levels) <= 256:
        return Kind("classes", f"{len(levels)} values, each with a name")
    commonest = levels[np.bincount(places.ravel()).argmax()]
    other = (sample.left[:, 0] != commonest) | (sample.right[:, 0] != commonest)
    # what lies around a picture, and night, is flat too: the rest must be
    rest = np.mean((sample.left == sample.right)[other, 0]) if other.any() else 0.0
    if len(levels) > 40 or flat < _FLAT or rest < least or levels[-1] > _HIGHEST_CODE:
        return None
    named = NAMES_CLASSES.search(facts.names) or NAMES_CLASSES.search(facts.told)
    said = f"{len(levels)} values"
    if named:
        return Kind("classes", f"{said}, named {named[0]}")
    share = np.bincount(places.ravel()).min() / len(places)
    if len(levels) <= 3:
        return Kind("classes", f"{said} in flat areas") if flat >= 0.9 and share > 1e-3 else None
    # a picture goes through the values between two; classes leap over them
    ranks = np.abs(
        np.searchsorted(levels, sample.left[:, 0]) - np.searchsorted(levels, sample.right[:, 0])
    )
    unlike = ranks[ranks > 0]
    if len(unlike) and np.mean(unlike > 1) >= 0.3 and flat >= 0.75:
        return Kind("classes", f"{said} in flat areas that border on any other")
    return None
