"""Image files to RGB pixels, by Pillow: what ``geosearch embed`` reads."""

import io
import warnings
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geosearch.errors import EncoderError, first_line
from geosearch.regular_file import open_regular, remedy
from geosearch.text import shown

IMAGE_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".jp2", ".ppm", ".pgm"}
)
"""Endings by which images are found in a folder."""

_PIXEL_FORMATS = (
    *("PNG", "JPEG", "MPO", "TIFF", "WEBP", "BMP", "DIB", "GIF", "JPEG2000", "PPM", "AVIF", "QOI"),
    *("TGA", "PCX", "SGI", "ICO", "PSD", "DDS", "IM", "SPIDER", "MSP", "XBM", "XPM"),
)
_RASTER_FORMATS = ("TIFF", "JPEG2000")
_MAX_PIXELS = 1 << 26
"""As colours 200 MB; several images are read at a time."""
_STRETCH_PERCENTILES = (2, 98)
_HINT = "give an image that Pillow reads"

# sizes are looked at above: what Pillow warns of would be printed between the lines of a run
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def read_image(path: str | Path) -> NDArray[np.uint8]:
    """Read an image file as RGB, the way the reference codes do: ``convert("RGB")``.

    Alpha is dropped, grey and palette images become colours, and a photograph's orientation
    mark is not applied. Greys of more than 8 bits, which Pillow would clip, are stretched
    between their 2nd and 98th percentile.

    Returns:
        uint8 [h, w, 3].

    Raises:
        EncoderError: The file cannot be read, or is too large for an image of one chip.
    """
    name = shown(path)
    try:
        with open_regular(path) as file:
            return _read(file, name)
    except FileNotFoundError as error:
        raise EncoderError(f"there is no image {name}", hint="check the path") from error
    except OSError as error:
        raise EncoderError(
            f"cannot read the image {name}: {error.strerror or error}", hint=remedy(error, _HINT)
        ) from error


def is_plain_image(path: str | Path) -> bool:
    """Return whether a file is a picture of 8 bits that `read_image` shows as it is.

    Rasters are none, whatever their pixels: TIFF and JPEG 2000, greys of more than 8 bits, and what
    is too large for a chip. Neither is what cannot be read.
    """
    try:
        with open_regular(path) as file, Image.open(file, formats=_formats()) as picture:
            deep = picture.mode in ("F", "I") or picture.mode.startswith("I;16")
            is_raster = picture.format in _RASTER_FORMATS or deep
            return not is_raster and picture.width * picture.height <= _MAX_PIXELS
    except Exception:  # of damaged files Pillow raises many types, by format
        return False


def decode_image(data: bytes, name: str) -> NDArray[np.uint8]:
    """Read an image from the bytes of its file, as :func:`read_image` does.

    Args:
        data: The whole file.
        name: What it is called in errors.

    Returns:
        uint8 [h, w, 3].

    Raises:
        EncoderError: It cannot be read, or is too large for an image of one chip.
    """
    return _read(io.BytesIO(data), name)


def _read(source: BinaryIO, name: str) -> NDArray[np.uint8]:
    try:
        with Image.open(source, formats=_formats()) as picture:
            _require_size(picture, name)
            if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
                return _stretched(np.asarray(picture, dtype=np.float32))
            # Pillow keeps a transparent palette's colours only on the way over RGBA
            if picture.mode == "P" and "transparency" in picture.info:
                return np.asarray(picture.convert("RGBA").convert("RGB"))
            return np.asarray(picture.convert("RGB"))
    except EncoderError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(name, str(error)) from error
    except Exception as error:  # of damaged files Pillow raises many types, by format
        raise EncoderError(
            f"cannot read the image {name}: {first_line(error)}", hint=_HINT
        ) from error


@cache
def _formats() -> tuple[str, ...]:
    """Return which of Pillow's formats are read: those that hold pixels.

    Of others it runs a program (EPS), or unpacks before it looks at the size (FITS).
    """
    Image.init()
    return tuple(name for name in _PIXEL_FORMATS if name in Image.OPEN)


def _require_size(picture: Image.Image, name: str) -> None:
    if picture.width * picture.height > _MAX_PIXELS:
        raise _too_large(name, f"{picture.width} x {picture.height} px")


def _too_large(name: str, size: str) -> EncoderError:
    return EncoderError(
        f"{name} is too large to be embedded as one image: {size}",
        hint="`geosearch index` cuts scenes into chips; `embed` is for images of a chip's size",
    )


def _stretched(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    finite = grey[np.isfinite(grey)]
    low, high = np.percentile(finite, _STRETCH_PERCENTILES) if finite.size else (0.0, 1.0)
    with np.errstate(over="ignore"):  # what is beyond is white
        scaled = (np.nan_to_num(grey) - low) / max(float(high - low), 1e-12)
    levels = np.rint(scaled.clip(0, 1) * 255).astype(np.uint8)
    return np.repeat(levels[:, :, None], 3, axis=2)
