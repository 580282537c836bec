"""Other files that a raster is read from, as GDAL lists them: sources of a VRT, parts, metadata."""

import os
import re

from geosearch.errors import SceneError
from geosearch.scenes.href import band_files
from geosearch.scenes.raster import open_raster
from geosearch.scenes.remote import is_remote, uses_network
from geosearch.scenes.state import stored_path

_DEEPEST = 8
"""VRTs in VRTs that are followed."""


def referred_files(href: str) -> tuple[str, ...]:
    """Return the other files that a scene is read from, as `stored_path` keeps them, sorted.

    Args:
        href: The scene; of what is not on this machine nothing is returned.

    Raises:
        SceneError: It cannot be opened.
    """
    own = band_files(href)
    if any(map(uses_network, own)):
        return ()
    found: set[str] = set()
    new = {file for one in own for file in _listed(one)}
    for _ in range(_DEEPEST):
        found |= new
        inner = {file for one in new if one.lower().endswith(".vrt") for file in _read(one)}
        new = inner - found
    folder = os.path.dirname(own[0])
    return tuple(sorted(stored_path(file, folder) for file in found - set(own)))


def _read(vrt: str) -> list[str]:
    try:
        return _listed(vrt)
    except SceneError:  # reading the outer one says what is wrong, if it needs this one
        return []


def _listed(file: str) -> list[str]:
    # GDAL lists a VRT within a VRT, and not what that one refers to
    with open_raster(file) as dataset:
        return [one for listed in dataset.files for one in _files_in(listed)]


def _files_in(listed: str) -> list[str]:
    """Return the file that GDAL lists, or those that the name of a subdataset holds."""
    if is_remote(listed) or os.path.lexists(listed):
        return [listed if is_remote(listed) else os.path.abspath(listed)]
    parts = [part for part in re.split(r'[":?]', listed) if os.path.isabs(part)]
    return parts or [os.path.abspath(listed)]
