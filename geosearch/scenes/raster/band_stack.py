"""Red, green and blue from three files, as one raster.

GDAL's virtual format does it: it keeps each band's nodata and overviews, reads each file with its
own blocks and threads, and all that reads a raster reads this one.
"""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
from rasterio.enums import MaskFlags

from geosearch.errors import SceneError

_COLOURS = ("Red", "Green", "Blue")
_TYPES = {
    "uint8": "Byte",
    "int8": "Int8",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "float32": "Float32",
    "float64": "Float64",
}
_SAME_PX = 1e-3
"""Bands whose corners agree to this part of a pixel are on one grid: products round."""


def stack_xml(datasets: Sequence[Any]) -> str:
    """Describe three open rasters of one band each as one, in GDAL's VRT.

    Args:
        datasets: Red, green, blue.

    Raises:
        SceneError: They are not single bands on one grid.
    """
    first = datasets[0]
    for dataset in datasets:
        _require_band(dataset)
        _require_grid(dataset, first)
    root = ElementTree.Element(
        "VRTDataset", rasterXSize=str(first.width), rasterYSize=str(first.height)
    )
    if first.crs is not None:
        _add(root, "SRS", first.crs.to_wkt())
    if not first.transform.is_identity:
        _add(root, "GeoTransform", ", ".join(repr(number) for number in first.transform.to_gdal()))
    for number, dataset in enumerate(datasets, start=1):
        _add_band(root, number, dataset)
    if MaskFlags.per_dataset in first.mask_flag_enums[0]:
        mask = ElementTree.SubElement(root, "MaskBand")
        band = ElementTree.SubElement(mask, "VRTRasterBand", dataType="Byte")
        _add_source(band, first.name, "mask,1")
    return ElementTree.tostring(root, encoding="unicode")


def _add_band(root: ElementTree.Element, number: int, dataset: Any) -> None:
    height, width = dataset.block_shapes[0]
    band = ElementTree.SubElement(
        root,
        "VRTRasterBand",
        dataType=_TYPES[dataset.dtypes[0]],
        band=str(number),
        blockXSize=str(width),
        blockYSize=str(height),
    )
    if dataset.nodatavals[0] is not None:
        _add(band, "NoDataValue", repr(dataset.nodatavals[0]))
    _add(band, "ColorInterp", _COLOURS[number - 1])
    _add_source(band, dataset.name, "1")


def _add_source(band: ElementTree.Element, name: str, number: str) -> None:
    source = ElementTree.SubElement(band, "SimpleSource")
    _add(source, "SourceFilename", name).set("relativeToVRT", "0")
    _add(source, "SourceBand", number)


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag)
    child.text = text
    return child


def _require_band(dataset: Any) -> None:
    if dataset.count != 1 or dataset.dtypes[0] not in _TYPES:
        raise SceneError(
            f"{_name(dataset)} is not one band of a product: it has {dataset.count} bands "
            f"of {dataset.dtypes[0]}",
            hint="name the file itself to index it alone",
        )


def _require_grid(dataset: Any, first: Any) -> None:
    # affines have two products of their own, one of which every release warns of
    own, wanted = (np.array(raster.transform).reshape(3, 3) for raster in (dataset, first))
    corners = np.array([[0, first.width], [0, first.height], [1, 1]])
    apart_px = np.abs((own - wanted) @ corners).max() / max(abs(wanted[0, :2]).max(), 1e-12)
    if dataset.shape != first.shape or dataset.crs != first.crs or apart_px > _SAME_PX:
        raise SceneError(
            f"its bands are not on one grid: {_grid(first)}, {_grid(dataset)}",
            hint="bring them to one grid, and index that: "
            "gdalbuildvrt -separate OUT.vrt RED GREEN BLUE",
        )


def _grid(dataset: Any) -> str:
    left, top = dataset.transform.c, dataset.transform.f
    crs = dataset.crs.to_string()[:40] if dataset.crs else "no CRS"
    return (
        f"{_name(dataset)} is {dataset.width} x {dataset.height} px from {left:g}, {top:g} ({crs})"
    )


def _name(dataset: Any) -> str:
    return str(dataset.name).rpartition("/")[2]
