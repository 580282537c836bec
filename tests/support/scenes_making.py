"""Small rasters of one band, written with rasterio itself."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

LEFT, TOP, METRES = 600000.0, 5100000.0, 10.0


def values(seed: int, side_px: int = 96) -> np.ndarray:
    """Return uint16 [side, side], from 100: no nodata among them."""
    return np.random.default_rng(seed).integers(100, 4000, (side_px, side_px), dtype=np.uint16)


def write_band(path: Path, band: np.ndarray, *, left: float = LEFT, **profile: Any) -> Path:
    """Write one band [rows, cols], or three [3, rows, cols], at a place in UTM 32N."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bands = band.reshape(-1, *band.shape[-2:])
    if path.suffix == ".jp2":
        profile = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"} | profile
    profile = {"driver": "GTiff", "crs": "EPSG:32632", "nodata": 0} | profile
    size = {"count": len(bands), "height": band.shape[-2], "width": band.shape[-1]}
    affine = Affine(METRES, 0, left, 0, -METRES, TOP)
    with rasterio.open(path, "w", dtype=band.dtype, transform=affine, **size, **profile) as file:
        file.write(bands)
    return path
