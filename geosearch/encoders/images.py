"""Image files to RGB pixels, by Pillow: what ``geosearch embed`` reads."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geosearch.errors import EncoderError

IMAGE_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".jp2", ".ppm", ".pgm"}
)
"""Endings by which images are found in a folder."""

_STRETCH_PERCENTILES = (2, 98)


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
    return _read(path, str(path))


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


def _read(source: str | Path | io.BytesIO, name: str) -> NDArray[np.uint8]:
    try:
        with Image.open(source) as picture:
            if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
                return _stretched(np.asarray(picture, dtype=np.float32))
            # Pillow keeps a transparent palette's colours only on the way over RGBA
            if picture.mode == "P" and "transparency" in picture.info:
                return np.asarray(picture.convert("RGBA").convert("RGB"))
            return np.asarray(picture.convert("RGB"))
    except Image.DecompressionBombError as error:
        raise EncoderError(
            f"{name} is too large to be embedded as one image: {error}",
            hint="`geosearch index` cuts scenes into chips; `embed` is for images of a chip's size",
        ) from error
    except FileNotFoundError as error:
        raise EncoderError(f"there is no image {name}", hint="check the path") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        # Pillow raises the last three for damaged files of some formats
        raise EncoderError(
            f"cannot read the image {name}: {error}", hint="give an image that Pillow reads"
        ) from error


def _stretched(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    finite = grey[np.isfinite(grey)]
    low, high = np.percentile(finite, _STRETCH_PERCENTILES) if finite.size else (0.0, 1.0)
    scaled = (np.nan_to_num(grey) - low) / max(float(high - low), 1e-12)
    levels = np.rint(scaled.clip(0, 1) * 255).astype(np.uint8)
    return np.repeat(levels[:, :, None], 3, axis=2)
