"""Pixels as they are shown: three bands of 8 bits, and which of them are valid.

Everything but the bands, the stretch and the collar is read off the file again: palette, alpha,
masks, nodata. So a chip looks the same whenever it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window

from geosearch.scenes.raster.collar import Collar
from geosearch.scenes.raster.stretch import Range, to_bytes

Pixels = NDArray[np.uint8]
Valid = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PixelSource:
    """How to read some bands of an open raster."""

    dataset: Any
    """An open rasterio dataset."""
    bands: tuple[int, ...]
    """Each band that is read, once, from 1."""
    shown: tuple[int, ...]
    """Positions in ``bands`` of red, green, blue."""
    dtype: np.dtype[np.generic]
    """What the bands are read as."""
    palette: Pixels | None
    """[entries, 4], red, green, blue, alpha of each value; None for a band without one."""
    nodata: tuple[float | None, ...]
    """Per band, the value that means nothing was seen; None where no value of the dtype does."""
    alpha: int | None
    """The band that says where the picture is, if there is one."""
    masked: bool
    """Whether there is a mask, in the file or beside it."""
    collar: Collar | None = None
    """What lies around the picture and is not valid, where the file does not say so."""

    @property
    def is_complex(self) -> bool:
        """Whether values are complex; their magnitude is shown."""
        return self.dtype.kind == "c"

    @property
    def is_plain(self) -> bool:
        """Whether values are shown as they are, without a stretch."""
        return self.palette is not None or (self.dtype == np.uint8 and self.bits is None)

    @property
    def bits(self) -> int | None:
        """Bits of a value, where the file keeps fewer than its type has room for."""
        text = self.dataset.tags(self.bands[0], ns="IMAGE_STRUCTURE").get("NBITS")
        bits = int(text) if text and text.isdigit() else 0
        return bits if 0 < bits < 8 else None


def pixel_source(dataset: Any, bands: Sequence[int]) -> PixelSource:
    """Look up how some bands of a raster are to be read."""
    unique = tuple(dict.fromkeys(bands))
    dtypes = {np.dtype(_numpy_name(dataset.dtypes[band - 1])) for band in unique}
    dtype = dtypes.pop() if len(dtypes) == 1 else np.dtype(np.float64)
    flags = [flag for band in unique for flag in dataset.mask_flag_enums[band - 1]]
    interpretation = dataset.colorinterp
    palette = None
    if len(unique) == 1 and interpretation[unique[0] - 1] == ColorInterp.palette:
        palette = _palette(dataset.colormap(unique[0]))
    alpha = None
    if ColorInterp.alpha in interpretation:
        alpha = interpretation.index(ColorInterp.alpha) + 1
    all_valid = all(dataset.mask_flag_enums[band - 1] == [MaskFlags.all_valid] for band in unique)
    return PixelSource(
        dataset=dataset,
        bands=unique,
        shown=tuple(unique.index(band) for band in bands),
        dtype=dtype,
        palette=palette,
        nodata=tuple(_nodata(dataset, band, dtype) for band in unique),
        alpha=alpha if alpha not in unique else None,
        masked=not all_valid and not {MaskFlags.alpha, MaskFlags.nodata} & set(flags),
    )


def _numpy_name(dtype: str) -> str:
    return {"complex_int16": "complex64"}.get(dtype, dtype)


def _palette(colours: dict[int, tuple[int, int, int, int]]) -> Pixels:
    table = np.zeros((max(colours, default=0) + 1, 4), dtype=np.uint8)
    for value, colour in colours.items():
        table[value] = colour
    return table


def _nodata(dataset: Any, band: int, dtype: np.dtype[np.generic]) -> float | None:
    """Return a band's nodata value as the dtype holds it; None where it cannot, or has none."""
    nodata = dataset.nodatavals[band - 1]
    # a mask in the file takes the place of nodata
    used = MaskFlags.nodata in dataset.mask_flag_enums[band - 1]
    if nodata is None or not used or dtype.kind == "c":
        return None
    if dtype.kind == "f":
        # written as the double nearest to a float32, it must be compared as a float32
        with np.errstate(over="ignore"):
            return float(np.asarray(nodata, dtype=dtype))
    bounds = np.iinfo(dtype.name)
    return nodata if nodata == int(nodata) and bounds.min <= nodata <= bounds.max else None


def read_values(
    source: PixelSource,
    window: Window,
    out_shape: tuple[int, int] | None = None,
    resampling: Resampling = Resampling.nearest,
) -> tuple[NDArray[np.generic], Valid | None]:
    """Read bands as they are in the file (complex ones as magnitude), and what is valid.

    Args:
        source: Where from.
        window: Which pixels, within the scene.
        out_shape: Height and width to read at; None for all pixels.
        resampling: How several pixels become one; what is valid is that of the nearest.

    Returns:
        values [bands, height, width]; valid bool [height, width], None where all are. A pixel
        is valid if the file's mask says so, any of the bands has a finite value that is not
        nodata, and it is not of the collar.
    """
    shape = out_shape or (int(window.height), int(window.width))
    # side by side, as they are shown: GDAL puts values where they belong as it copies them out of
    # decoded blocks, and what was read band by band would have to be copied once more
    values = np.empty((*shape, len(source.bands)), source.dtype).transpose(2, 0, 1)
    source.dataset.read(source.bands, out=values, window=window, resampling=resampling)
    if source.is_complex:
        values = np.abs(values)
    seen = None if _all_good(values, source.nodata) else _any_good(values, source.nodata)
    if source.alpha is not None:
        seen = _both(seen, source.dataset.read(source.alpha, window=window, out_shape=shape) > 0)
    elif source.masked:
        mask = source.dataset.read_masks(source.bands[0], window=window, out_shape=shape)
        seen = _both(seen, mask > 0)
    if source.collar is not None:
        covered = source.collar.covers(values, window, source.dataset.shape)
        seen = seen if covered is None else _both(seen, ~covered)
    if seen is not None and seen.all():
        seen = None
    return values, seen


def _all_good(values: NDArray[np.generic], nodata: Sequence[float | None]) -> bool:
    """Whether all values of all bands are good for sure: many times faster than `_any_good`."""
    lying = values.transpose(1, 2, 0)
    if values.dtype.kind == "f" and not np.isfinite(lying).all():
        return False
    unused = {value for value in nodata if value is not None}
    return not any((lying == np.asarray(each).astype(values.dtype)).any() for each in unused)


def _any_good(values: NDArray[np.generic], nodata: Sequence[float | None]) -> Valid:
    """Return where any of the bands [bands, height, width] is good, bool [height, width]."""
    seen = _good(values[0], nodata[0])
    # without a copy for each band: any() over a generator of arrays
    for band, value in zip(values[1:], nodata[1:], strict=True):
        seen |= _good(band, value)
    return seen


def _good(band: NDArray[np.generic], nodata: float | None) -> Valid:
    good = np.isfinite(band) if band.dtype.kind == "f" else np.ones(band.shape, dtype=bool)
    if nodata is not None:
        good &= band != np.asarray(nodata).astype(band.dtype)
    return good


def _both(one: Valid | None, other: Valid) -> Valid:
    return other if one is None else one & other


def read_pixels(
    source: PixelSource, window: Window, stretch: Sequence[Range] | None
) -> tuple[Pixels, Valid | None]:
    """Read pixels as they are shown.

    Args:
        source: Where from.
        window: Which pixels, within the scene.
        stretch: Range of red, green, blue; None for 8-bit values as they are.

    Returns:
        uint8 [height, width, 3], black where not valid; bool [height, width], None where all
        pixels are valid.
    """
    return shown_pixels(source, *read_values(source, window), stretch)


def shown_pixels(
    source: PixelSource,
    values: NDArray[np.generic],
    valid: Valid | None,
    stretch: Sequence[Range] | None,
) -> tuple[Pixels, Valid | None]:
    """Return as pixels what `read_values` returned; the raster is not touched.

    Args:
        source: What was read.
        values: [bands, height, width].
        valid: bool [height, width]; None where all pixels are valid.
        stretch: Range of red, green, blue; None for 8-bit values as they are.

    Returns:
        As `read_pixels` does.
    """
    if source.palette is not None:
        # a value beyond the palette's end gets its last colour; four lookups of one byte each are
        # many times faster than one of four
        red, green, blue, opaque = (
            np.take(channel, values[0], mode="clip") for channel in source.palette.T
        )
        if not source.palette[:, 3].all():
            valid = _both(valid, opaque > 0)
        pixels = np.stack([red, green, blue], axis=-1)
    else:
        ranges = None
        if stretch is not None:
            ranges = [stretch[source.shown.index(at)] for at in range(len(source.bands))]
        pixels = _side_by_side(to_bytes(values, ranges), source.shown)
    if valid is not None:
        np.multiply(pixels, valid[..., None], out=pixels)
    return pixels, valid


def _side_by_side(bands: Pixels, shown: Sequence[int]) -> Pixels:
    """Return [height, width, 3] of [bands, height, width], as it is where it lies like that."""
    lying = bands.transpose(1, 2, 0)
    if tuple(shown) == (0, 1, 2) and lying.shape[2] == 3 and lying.flags.c_contiguous:
        return lying
    return np.stack([bands[at] for at in shown], axis=-1)
