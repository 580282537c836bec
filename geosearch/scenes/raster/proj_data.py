"""PROJ's database for all of GDAL's questions.

rasterio's wheels bring PROJ and its database, and tell the contexts of GDAL's threads where that
is, but not PROJ's default context. GDAL's reader of GeoTIFF keys makes contexts from that one to
ask what a unit is called: they find no database, and PROJ prints so to stderr for each file whose
CRS has units of its own. There is no other way to it than PROJ's own function: the environment is
for all libraries of the process, and some have another PROJ.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import rasterio

# wheels rename PROJ's functions, so that they do not meet those of another PROJ
_FUNCTIONS = ("internal_proj_context_set_search_paths", "proj_context_set_search_paths")


def set_database_path() -> None:
    """Tell PROJ's default context where rasterio's database is; nothing where it brings none."""
    package = Path(rasterio.__file__).parent
    data = package / "proj_data"
    if not (data / "proj.db").is_file():
        return  # PROJ and its database are the system's
    paths = (ctypes.c_char_p * 1)(str(data).encode())
    for library in _libraries(package):
        for name in _FUNCTIONS:
            if (function := getattr(library, name, None)) is not None:
                function.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
                function.restype = None
                function(None, len(paths), paths)
                return


def _libraries(package: Path) -> Iterator[ctypes.CDLL]:
    """Yield the PROJ that came with rasterio, which is loaded already."""
    # where the wheels of Linux and Windows, and of macOS, have what they bring
    for folder in (package.with_name("rasterio.libs"), package / ".dylibs"):
        for file in sorted(folder.glob("*proj*")):
            try:
                yield ctypes.CDLL(str(file))
            except OSError:
                continue  # not a library: what PROJ prints is all that is lost
