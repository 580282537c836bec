"""A chip of an index: what is known of it, its vector and its pixels."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.geo import PixelWindow
from geosearch.search.hits.stored_vector import StoredVector
from geosearch.text import shown


class Placed(Protocol):
    """Where the pixels of a chip are, and how they are shown: a `Chip`, or a `Hit`."""

    @property
    def href(self) -> str:
        """Where the scene is now."""

    @property
    def window(self) -> PixelWindow:
        """In pixels of the scene."""

    @property
    def gsd_m(self) -> float:
        """Metres per pixel of the chip as it was embedded; 0 where that is not known."""

    @property
    def bands(self) -> tuple[int, ...]:
        """The scene's bands, from 1, that were embedded as red, green, blue."""

    @property
    def stretch(self) -> tuple[tuple[float, float], ...] | None:
        """Values shown as black and as white, per band."""

    @property
    def collar(self) -> str | None:
        """What is not valid around the scene's picture, as the index has it."""

    @property
    def pixel_m(self) -> tuple[float, float]:
        """Width and height of the scene's pixel that ``gsd_m`` refers to, metres."""


def facts_text(moment: str | None, size_m: tuple[float, float]) -> str:
    """Return when a chip was taken and how large it is: ``2023-09-03, 77 x 77 m``."""
    day = "no date" if moment is None else moment[:10]
    return f"{day}, {size_m[0]:.0f} x {size_m[1]:.0f} m"


def window_pixels(chip: Placed) -> NDArray[np.uint8]:
    """Return the pixels of a chip that its scene has, uint8 [h, w, 3], read again from it.

    Raises:
        SceneError: The scene is gone, or is not the raster that was indexed.
    """
    from geosearch.scenes import read_window  # GDAL comes with it

    return read_window(
        chip.href,
        chip.window,
        bands=chip.bands,
        stretch=chip.stretch,
        collar=chip.collar,
        gsd_m=chip.gsd_m,
        pixel_m=chip.pixel_m,
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip of an index; the names are those of `Hit`."""

    id: str
    """Stable over re-indexing of an unchanged scene."""
    scene: str
    """The scene's id."""
    href: str
    """Where the scene is now."""
    window: PixelWindow
    """In pixels of the scene."""
    size_m: tuple[float, float]
    """Width and height on the ground at the chip's centre, metres."""
    gsd_m: float
    """Metres per pixel of the chip as it was embedded; 0 where that is not known."""
    datetime: str | None
    """When the scene was taken, RFC 3339, or None where nothing says."""
    encoder: str
    """Fingerprint of the encoder that made the vectors."""
    footprint: BaseGeometry
    """True outline of the chip's pixels, EPSG:4326, cut at 180 degrees."""
    bands: tuple[int, ...]
    """The scene's bands, from 1, that were embedded as red, green, blue."""
    stretch: tuple[tuple[float, float], ...] | None
    """Values shown as black and as white, per band; None for 8-bit values as they are."""
    pixel_m: tuple[float, float]
    """Width and height of the scene's pixel that ``gsd_m`` refers to, metres."""
    size_px: int
    """Edge of a chip of this index, pixels."""
    stored: StoredVector = field(repr=False, compare=False)
    """Where its vector is."""
    collar: str | None = field(default=None, repr=False)
    """What is not valid around the scene's picture, as the index has it."""

    def __repr__(self) -> str:
        return f"<Chip {shown(self.id)}, {facts_text(self.datetime, self.size_m)}>"

    @property
    def vector(self) -> NDArray[np.float32]:
        """Its vector, float32 [dim], of unit length but for the rounding to 16 bits; read-only."""
        return self.stored.read()

    def pixels(self) -> NDArray[np.uint8]:
        """Return what was embedded, read again from the scene.

        Returns:
            uint8 [size, size, 3], black where the scene ends within the chip.

        Raises:
            SceneError: The scene is gone, or is not the raster that was indexed.
        """
        found = window_pixels(self)
        height, width = found.shape[:2]
        if (height, width) == (self.size_px, self.size_px):
            return found
        padded = np.zeros((max(height, self.size_px), max(width, self.size_px), 3), np.uint8)
        padded[:height, :width] = found
        return padded
