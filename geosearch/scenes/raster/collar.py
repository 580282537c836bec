"""The collar of a scene: black or white around the picture, which the file does not call nodata.

It is kept as a coarse grid of where it is near, and the values it has. A pixel belongs to it if it
has these values in every band, and lies in one of these cells: so its border is as sharp as the
file's pixels, and a pixel is what it is however chips are cut, and at whatever resolution.
"""

import base64
import re
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.errors import SceneError

MAX_CELLS = 256
"""Along a side."""
_TEXT = re.compile(r"([-+.e\d]+) ([-+.e\d]+) (\d{1,3})x(\d{1,3}) ([\w+/=]+)")


@dataclass(frozen=True, slots=True)
class Collar:
    """Where the collar of a raster is, and what it is like."""

    low: float
    """The least of its values."""
    high: float
    """The greatest."""
    cells: NDArray[np.bool_]
    """[rows, cols], each an equal part of the raster: whether some of it may be collar."""

    @property
    def text(self) -> str:
        """All of it, as an index keeps it; some hundred letters."""
        packed = base64.b64encode(zlib.compress(np.packbits(self.cells).tobytes(), 9)).decode()
        rows, cols = self.cells.shape
        return f"{self.low!r} {self.high!r} {rows}x{cols} {packed}"

    @classmethod
    def parse(cls, text: str) -> "Collar":
        """Return what `text` stands for.

        Raises:
            SceneError: It stands for none.
        """
        try:
            match = _TEXT.fullmatch(text)
            if match is None:
                raise ValueError("it is no collar")
            rows, cols = int(match[3]), int(match[4])
            size = -(-rows * cols // 8)
            unpacked = zlib.decompressobj().decompress(base64.b64decode(match[5]), size)
            if not 0 < max(rows, cols) <= MAX_CELLS or len(unpacked) != size:
                raise ValueError(f"it has not {rows} x {cols} cells")
            bits = np.unpackbits(np.frombuffer(unpacked, np.uint8), count=rows * cols)
            cells = bits.reshape(rows, cols).astype(bool)
            return cls(float(match[1]), float(match[2]), cells)
        except (ValueError, zlib.error) as error:
            raise SceneError(
                f"what the index says of its collar cannot be read: {error}",
                hint="index it again, in a new folder",
            ) from error

    def covers(
        self, values: NDArray[np.generic], window: Window, size: tuple[int, int]
    ) -> NDArray[np.bool_] | None:
        """Return which pixels are collar.

        Args:
            values: [bands, height, width], of that window, at any resolution.
            window: In pixels of the raster, or of one of its overviews.
            size: Height and width of that.

        Returns:
            bool [height, width]; None where none is.
        """
        _, height, width = values.shape
        row = (window.row_off + (np.arange(height) + 0.5) * window.height / height) / size[0]
        col = (window.col_off + (np.arange(width) + 0.5) * window.width / width) / size[1]
        rows = (row * self.cells.shape[0]).astype(np.intp)
        cols = (col * self.cells.shape[1]).astype(np.intp)
        if not self.cells[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1].any():
            return None
        covered = np.take(self.cells[:, cols], rows, axis=0)
        for band in values:
            covered &= (band >= self.low) & (band <= self.high)
        return covered if covered.any() else None
