"""Which rasters are not scenes, by their names: quality bands, masks, thumbnails of another.

Only what is certainly not a scene is left out, since no message says so; a file that the user
names is always tried.
"""

import re
from collections.abc import Set
from pathlib import PurePath

_ALWAYS = re.compile(
    # Landsat Collections 1 and 2, and US analysis ready data: quality, radiometric and aerosol
    # flags, angles, and what surface temperature was made of (USGS LSDS-1618, LSDS-1619); the
    # product's name makes it certain
    r"(?:L[COTEM]0[1-9]_(?:L[1-3]\w{2}_\d{6}_\d{8}_\d{8}_\d\d_\w{2}"
    r"|(?:CU|AK|HI)_\d{6}_\d{8}_\d{8}_(?:\d\d|C\d\d_V\d\d))_"
    r"(?:BQA|(?:SR_|ST_)?QA(?:_\w+)?|(?:PIXEL|RADSAT|LINEAGE|SRAEROSOL)_?QA|SR_AEROSOL"
    r"|VAA|VZA|SAA|SZA|SR_CLOUD_QA|SR_ATMOS_OPACITY"
    r"|ST_(?:ATRAN|CDIST|DRAD|EMIS|EMSD|TRAD|URAD)))"
    # Sentinel-2: scene classes, aerosol, water vapour (Level-2A), the preview and the masks
    r"|(?:T\d\d[A-Z]{3}_\d{8}T\d{6}_|L2A_T\d\d[A-Z]{3}_\d{8}T\d{6}_)"
    r"(?:SCL|AOT|WVP|PVI)(?:_\d\dm)?"
    r"|(?:L2A_|S2[A-D]_)?MSK_[A-Z0-9]+_\w+|S2[A-D]_\w+_PVI_\w+"
    # Theia's masks: clouds, geophysics, edges, saturation, atmosphere
    r"|SENTINEL2[A-D]_\d{8}-\d{6}-\d{3}_L2A_\w+_V[\d-]+_(?:ATB|CLM|DFP|EDG|IAO|MG2|SAT)_R[12]"
    # Planet: the usable data mask of a product
    r"|\w+_udm2?(?:_clip)?",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"(?:(?P<base>.+)[-_.])?(?:thumb|thumbnail|preview|browse|quicklook|ql|mask|msk|fmask|cloudmask)",
    re.IGNORECASE,
)
"""Thumbnails and masks, if what they are of lies beside them: alone, such a file is a scene."""
_BAND = re.compile(
    r"(?:sr_)?b\d[\da]?(?:_\d\dm)?|tci(?:_\d\dm)?|visual|red|green|blue", re.IGNORECASE
)
"""What a thumbnail is of may be a product whose bands are files."""
_SAFE_LEFT_OUT = frozenset({"QI_DATA", "AUX_DATA", "HTML", "rep_info"})
"""Folders of a SAFE product (Sentinel-2 Products Specification, 2.4) that hold no image data."""


def is_sidecar(name: str, beside: Set[str]) -> bool:
    """Return whether a raster belongs to another one, and shows no scene of its own.

    Args:
        name: The raster's file name.
        beside: Lower-case names of all rasters in its folder, itself included.
    """
    stem = PurePath(name).stem
    if _ALWAYS.fullmatch(stem):
        return True
    match = _OF_ANOTHER.fullmatch(stem)
    if match is None:
        return False
    base = (match["base"] or "").lower()
    others = (PurePath(other).stem for other in beside - {name.lower()})
    # not any name with this beginning: external_mask.tif is not a mask of external_view.tif
    return any(_is_of(base, other) for other in others)


def _is_of(base: str, other: str) -> bool:
    if not base:
        return bool(_BAND.fullmatch(other))
    if not other.startswith(base):
        return False
    rest = other[len(base) :]
    return not rest or (rest[0] in "-_." and bool(_BAND.fullmatch(rest[1:])))


def is_sidecar_folder(folder: PurePath, name: str, beside: Set[str]) -> bool:
    """Return whether a folder of a product shows nothing that is not shown elsewhere.

    Args:
        folder: The folder it lies in.
        name: Its name.
        beside: Names of all folders there, itself included.
    """
    if not any(part.upper().endswith(".SAFE") for part in folder.parts):
        return False
    # Level-2A has the same bands again at 20 and 60 m
    coarser = name in {"R20m", "R60m"} and "R10m" in beside
    return coarser or name in _SAFE_LEFT_OUT
