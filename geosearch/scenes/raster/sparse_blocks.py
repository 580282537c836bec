"""Which blocks of a file were ever written: the rest need not be read.

A sparse TIFF claims a size and keeps only some of its blocks; the others are nodata.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def written_blocks(dataset: Any) -> NDArray[np.bool_]:
    """Return which blocks of an open raster hold data, bool [rows, cols] of blocks.

    Only a TIFF with nodata can have blocks that hold none: without nodata a missing block
    is black. GDAL says where a block lies in the file (domain ``TIFF``), or nothing.
    """
    height, width = dataset.block_shapes[0]
    shape = (-(-dataset.height // height), -(-dataset.width // width))
    written = np.ones(shape, dtype=bool)
    if dataset.driver != "GTiff" or dataset.nodatavals[0] is None:
        return written
    # files that keep the bands apart keep each band's blocks apart
    interleave = dataset.tags(ns="IMAGE_STRUCTURE").get("INTERLEAVE")
    planes = (1,) if interleave == "PIXEL" else dataset.indexes
    for row in range(shape[0]):
        for col in range(shape[1]):
            item = f"BLOCK_OFFSET_{col}_{row}"
            written[row, col] = any(
                dataset.get_tag_item(item, "TIFF", bidx=band) is not None for band in planes
            )
    return written
