"""Opening rasters: GDAL's settings, and its errors in our words."""

import errno
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError

from geosearch.errors import SceneError
from geosearch.regular_file import remedy
from geosearch.scenes.guarding.drivers import ARCHIVED, LOCAL, NOT_RECOGNIZED, SELF_CONTAINED
from geosearch.scenes.guarding.guard import require_local, require_own_overviews, require_plain
from geosearch.scenes.places.href import band_files, short_name
from geosearch.scenes.places.remote import gdal_name, is_remote, uses_network, without_secrets
from geosearch.scenes.raster.band_stack import stack_xml
from geosearch.scenes.raster.proj_data import set_database_path
from geosearch.scenes.raster.rasterio_private import GdalError, open_with
from geosearch.scenes.raster.reading_memory import reading_memory

_ENGINE: dict[str, str | int] = {
    # several blocks of one file are decoded at once; more threads than this gain nothing
    "GDAL_NUM_THREADS": str(min(4, os.cpu_count() or 1)),
}
_LOCAL = _ENGINE | {
    # what a file of the user's may name is looked at before (guard.py); if something is
    # missed there, nothing leaves the machine, and no code of a file's runs
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTPS_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_CONNECTTIMEOUT": "5",
    "GDAL_HTTP_TIMEOUT": "5",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
}
_NETWORK = _ENGINE | {
    "GDAL_HTTP_CONNECTTIMEOUT": "10",
    # a stalled transfer ends, a slow one goes on
    "GDAL_HTTP_LOW_SPEED_TIME": "30",
    "GDAL_HTTP_LOW_SPEED_LIMIT": "100",
    "GDAL_HTTP_MAX_RETRY": "2",
    "GDAL_HTTP_RETRY_DELAY": "1",
    # no listing of what lies beside, and no asking for a dozen sidecars
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
}
# what is beside a member of a zip or tar file would be opened with all drivers
_IN_CONTAINER = _LOCAL | {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
_TIFF_ENDINGS = (".tif", ".tiff")
_MAX_BANDS = 4096
_MAX_BLOCK_BYTES = 1 << 30
_NETWORK_HINT = (
    "check the URL and the network; a private store wants its credentials "
    "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), a public bucket AWS_NO_SIGN_REQUEST=YES"
)
_READ_HINT = "check that the file is whole: gdalinfo -checksum FILE"

# every raster without a place is refused with its reason; the warning would say it twice
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)
set_database_path()


@contextmanager
def gdal_errors(href: str) -> Iterator[None]:
    """Turn what GDAL and the system raise about a scene into a SceneError, under our settings.

    Args:
        href: The scene; the network may be asked only if it lies there.

    Raises:
        SceneError: With the innermost cause, and no secrets of a URL.
    """
    name = short_name(href)
    files = band_files(href)
    network = any(map(uses_network, files))
    here = _IN_CONTAINER if any(map(is_remote, files)) else _LOCAL
    try:
        # it would take a twentieth of the machine's memory
        cache = {"GDAL_CACHEMAX": reading_memory().gdal_cache_bytes}
        with rasterio.Env(**(_NETWORK if network else here), **cache):
            yield
    except SceneError:
        raise
    except (RasterioError, GdalError) as error:
        message = without_secrets(f"{name} cannot be read: {_cause(error)}")
        # a traceback of GDAL's own error would show the URL with its secrets
        cause = None if network else error
        raise SceneError(message, hint=_NETWORK_HINT if network else _hint(message)) from cause
    except OSError as error:
        reason = error.strerror or str(error)
        raise SceneError(f"{name} cannot be read: {reason}", hint=remedy(error)) from error
    except MemoryError as error:
        raise SceneError(
            f"{name} cannot be read: its blocks do not fit into memory",
            hint="rewrite it in tiles: gdal_translate -co TILED=YES IN OUT",
        ) from error


def open_raster(href: str, overview: int | None = None) -> Any:
    """Open a raster that is safe to read: at least one band, sizes within reason.

    Args:
        href: The file; or three, as `join_bands` writes them, which become one of three bands.
        overview: Which of its overviews to open instead, in GDAL's order; None for the raster.

    Returns:
        The rasterio dataset; the caller closes it.

    Raises:
        SceneError: It cannot be opened, or has no raster of a sane shape.
    """
    files = band_files(href)
    options = {} if overview is None else {"OVERVIEW_LEVEL": overview}
    if len(files) == 1:
        return _open_file(href, options)
    with gdal_errors(href), ExitStack() as bands:
        opened = [bands.enter_context(_open_file(file)) for file in files]
        for file in files:
            require_plain(file, open_local)
        return open_with(("VRT",), stack_xml(opened), options)


def _open_file(file: str, options: Mapping[str, int] = MappingProxyType({})) -> Any:
    name, path = short_name(file), Path(file)
    with gdal_errors(file):
        try:
            dataset = (
                _open_remote(file, options) if uses_network(file) else _open_here(file, options)
            )
        except RasterioIOError as error:
            if NOT_RECOGNIZED in str(error):
                raise SceneError(
                    f"{name} is not a raster that GDAL can read",
                    hint="check that the file is what its name says: gdalinfo FILE; a file that "
                    "only refers to a service or a database is not read",
                ) from None
            raise
        except (IndexError, ValueError) as error:  # rasterio, of a container without bands
            raise _no_bands(path, name) from error
        try:
            _require_sane(dataset, path, name)
        except BaseException:
            dataset.close()
            raise
    return dataset


def _open_remote(file: str, options: Mapping[str, int]) -> Any:
    return open_with(SELF_CONTAINED, gdal_name(file), options)


def _open_here(file: str, options: Mapping[str, int]) -> Any:
    """Open a local file, or something in a local zip or tar file, that leads to nothing else."""
    require_local(file, open_local)
    if options:  # GDAL looks for overviews while it opens one
        with open_local(file) as dataset:
            require_own_overviews(dataset, open_local)
    dataset = open_local(file, options)
    try:
        require_own_overviews(dataset, open_local)
    except BaseException:
        dataset.close()
        raise
    return dataset


def open_local(file: str, options: Mapping[str, int] = MappingProxyType({})) -> Any:
    """Open a raster on this machine by GDAL's name, with the drivers that may read it.

    What it leads to has been looked at (`require_local`).
    """
    name, drivers = gdal_name(file), ARCHIVED if is_remote(file) else LOCAL
    if name.lower().endswith(_TIFF_ENDINGS):  # to go through all names takes a fifth of the time
        try:
            return open_with(("GTiff",), name, options)
        except RasterioIOError as error:
            if NOT_RECOGNIZED not in str(error):
                raise
    return open_with(drivers, name, options)


def _no_bands(path: Path, name: str, subdatasets: list[str] | None = None) -> SceneError:
    inside = f" but {len(subdatasets)} subdatasets" if subdatasets else ""
    first = subdatasets[0] if subdatasets else "SUBDATASET"
    return SceneError(
        f"{name} holds no bands of its own{inside}: choose one of its subdatasets",
        hint=f"gdalinfo {path.name} lists them; make a file of one: "
        f"gdal_translate '{first}' {path.stem}.tif",
    )


def _require_sane(dataset: Any, path: Path, name: str) -> None:
    if dataset.count == 0:
        raise _no_bands(path, name, list(dataset.subdatasets))
    if dataset.count > _MAX_BANDS:
        raise SceneError(
            f"{name} has {dataset.count} bands", hint=f"pick some of the first {_MAX_BANDS}"
        )
    height, width = dataset.block_shapes[0]
    block_bytes = height * width * _item_bytes(dataset)
    if block_bytes > _MAX_BLOCK_BYTES:
        raise SceneError(
            f"{name} is one block of {width} x {height} px, {block_bytes / 2**30:.0f} GiB",
            hint="rewrite it in tiles: gdal_translate -co TILED=YES IN OUT",
        )


def _item_bytes(dataset: Any) -> int:
    name = dataset.dtypes[0]
    return 4 if name == "complex_int16" else np.dtype(name).itemsize


def _hint(message: str) -> str:
    """Return what to do about what GDAL says: it has the system's words and not its numbers."""
    for number in (errno.EMFILE, errno.EACCES, errno.ENAMETOOLONG, errno.ENOENT):
        if os.strerror(number) in message:
            return remedy(OSError(number, os.strerror(number)), "check what it refers to")
    return _READ_HINT


def _cause(error: BaseException) -> str:
    """Return the message of the first error in a chain: rasterio's own only points to it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(getattr(error, "errmsg", None) or error).rstrip(".")
