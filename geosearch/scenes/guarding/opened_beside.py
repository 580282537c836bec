"""What GDAL opens beside a raster by its name, with all its drivers: overviews and masks."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rasterio.errors import RasterioIOError

from geosearch.errors import SceneError
from geosearch.regular_file import open_regular
from geosearch.scenes.guarding.drivers import NOT_RECOGNIZED
from geosearch.scenes.places.companions import companions
from geosearch.text import shown

_BESIDE = (".ovr", ".msk")
_ERDAS = b"EHFA_HEADER_TAG"
_NOT_THERE = "does not exist in the file system"

Opener = Callable[[str], Any]
"""Opens a raster by GDAL's name, with the drivers that are allowed for local files."""


def opened_beside(file: str) -> list[str]:
    """Return the overviews and masks that GDAL opens beside a raster; in any case of letters."""
    name, stem = (os.path.basename(one).lower() for one in (file, os.path.splitext(file)[0]))
    there = {os.path.basename(one).lower(): one for one in companions(file)}
    found = [there[name + ending] for ending in _BESIDE if name + ending in there]
    for aux in (f"{name}.aux", f"{stem}.aux"):
        if aux in there and aux != name and _is_erdas(there[aux]):
            found.append(there[aux])
    return found


def _is_erdas(file: str) -> bool:
    """Return whether GDAL opens an ``.aux`` file: there are many of that ending."""
    try:
        with open_regular(file) as opened:
            return opened.read(len(_ERDAS)).upper() == _ERDAS
    except OSError:
        return False


def require_nothing_beside(name: str, opener: Opener) -> None:
    """Look at what GDAL may open beside a member of a zip or tar file, and does not list."""
    for ending in (*_BESIDE, *map(str.upper, _BESIDE)):
        try:
            with opener(name + ending):
                found = True
        except (IndexError, ValueError):
            found = True
        except RasterioIOError as error:
            said = str(error).replace(name + ending, "")
            found = NOT_RECOGNIZED in said and _NOT_THERE not in said
        if found:
            raise SceneError(
                f"{shown(Path(name).name)} has {ending} beside it in its zip or tar file",
                hint="unpack that: what is beside a raster is read from folders only",
            )
