"""Other files that a raster is read from, as GDAL lists them: sources of a VRT, parts, metadata."""

import os
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any

from geosearch.errors import SceneError
from geosearch.scenes.places.companions import companions
from geosearch.scenes.places.href import band_files
from geosearch.scenes.places.remote import is_remote, uses_network
from geosearch.scenes.raster.gdal import open_raster
from geosearch.scenes.state.stored_paths import stored_path

_MAX_DEPTH = 8
"""VRTs in VRTs that are followed."""


def referenced_files(href: str, dataset: Any) -> tuple[str, ...]:
    """Return the other files that a scene is read from, as `stored_path` keeps them, sorted.

    What lies beside the scene's own files is not among them: `scene_state` finds it by itself.

    Args:
        href: The scene; of what is not on this machine nothing is returned.
        dataset: The scene, opened with rasterio.

    Raises:
        SceneError: One of its own files cannot be opened.
    """
    own = band_files(href)
    if any(map(uses_network, own)):
        return ()
    found: set[str] = set()
    new = set(_listed(dataset) if len(own) == 1 else chain(*map(_listed_in, own)))
    for _ in range(_MAX_DEPTH):
        found |= new
        # GDAL lists a VRT within a VRT, and not what that one refers to
        inner = {file for one in new if _is_inner(one, own) for file in _read(one)}
        new = inner - found
    folder = os.path.dirname(own[0])
    beside = {file for one in own if not is_remote(one) for file in companions(one)}
    return tuple(sorted(stored_path(file, folder) for file in found - beside - set(own)))


def _is_inner(file: str, own: Sequence[str]) -> bool:
    return file.lower().endswith(".vrt") and file not in own


def _read(vrt: str) -> list[str]:
    try:
        return _listed_in(vrt)
    except SceneError:  # reading the outer one says what is wrong, if it needs this one
        return []


def _listed_in(file: str) -> list[str]:
    with open_raster(file) as dataset:
        return _listed(dataset)


def _listed(dataset: Any) -> list[str]:
    return [one for listed in dataset.files for one in _files_in(listed)]


def _files_in(listed: str) -> list[str]:
    """Return the file that GDAL lists, or those that the name of a subdataset holds."""
    if is_remote(listed) or os.path.lexists(listed):
        return [listed if is_remote(listed) else os.path.abspath(listed)]
    parts = [part for part in re.split(r'[":?]', listed) if os.path.isabs(part)]
    return parts or [os.path.abspath(listed)]
