"""Files that answers are written to: whole or not at all, and under a name that fits.

A name whose ending promises another format is refused: a spreadsheet cannot open a
``hits.csv`` that holds Parquet.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from geosearch.atomic_write import atomic_write
from geosearch.errors import GeosearchError, UsageError


@dataclass(frozen=True, slots=True)
class Format:
    """What a file holds."""

    name: str
    """For messages."""
    endings: tuple[str, ...]
    """Of its files, in small letters; the first is the usual one."""


GEOJSON = Format("GeoJSON", (".geojson", ".json"))
JSON_LINES = Format("JSON Lines", (".jsonl", ".ndjson", ".json"))
JSON = Format("JSON", (".json",))
PNG = Format("a PNG picture", (".png",))
TABLE = Format("a table", (".txt",))
GEOPARQUET = Format("GeoParquet", (".parquet", ".geoparquet"))
GEOTIFF = Format("a GeoTIFF", (".tif", ".tiff"))
NPZ = Format("NumPy arrays", (".npz",))


def has_ending(path: str | Path, kind: Format) -> bool:
    """Return whether a file's name ends as those of a format do."""
    return Path(path).suffix.lower() in kind.endings


def endings_text(*kinds: Format) -> str:
    """Return all endings of some formats: ``.parquet or .geoparquet``."""
    *first, last = dict.fromkeys(ending for kind in kinds for ending in kind.endings)
    return f"{', '.join(first)} or {last}" if first else last


def require_output(path: str | Path, kind: Format) -> None:
    """Refuse a file that could not be written, before anything is computed for it.

    Nothing is changed: a file is made beside the place and taken away again.

    Args:
        path: The file; one without an ending may hold anything.
        kind: What it would hold.

    Raises:
        UsageError: Its ending promises another format, or it cannot be written there.
    """
    target = Path(path)
    if target.suffix and not has_ending(target, kind):
        raise UsageError(
            f"{target} would hold {kind.name}, but its name does not end in {endings_text(kind)}",
            hint=f"give a name that ends in {endings_text(kind)}",
        )
    try:
        if _is_special(target):
            return  # a pipe is opened once, when there is something to write
        with suppress(_UntouchedError), atomic_write(target, shared=True) as beside:
            beside.touch()
            raise _UntouchedError
    except OSError as error:
        raise cannot_write(target, error) from error


def require_folder(path: Path) -> None:
    """Make a folder to write into, unless it is there.

    Raises:
        UsageError: It cannot be made, or not be written into.
    """
    try:
        _is_special(path / "file")
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise UsageError(
            f"cannot write into {path}: {error.strerror or error}",
            hint="give a folder that can be made and is writable",
        ) from error


class _UntouchedError(Exception):
    """Leaves what is there as it is."""


@contextmanager
def output_file(path: str | Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which is moved to its place once it is whole.

    An existing file that is not a regular file (``/dev/stdout``) is written to directly.

    Raises:
        UsageError: It cannot be written there.
    """
    target = Path(path)
    try:
        if _is_special(target):
            with target.open("wb") as file:
                yield file
            return
        with atomic_write(target, shared=True) as beside, beside.open("wb") as file:
            yield file
            file.close()  # the last bytes are in it before it is moved
    except GeosearchError:  # of what was to be written: it may be an OSError too
        raise
    except OSError as error:
        raise cannot_write(target, error) from error


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all; see `output_file`."""
    with output_file(path) as file:
        file.write(data)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all; see `output_file`."""
    write_bytes(path, text.encode())


def cannot_write(path: str | Path, error: OSError) -> UsageError:
    """Return the error for a file that cannot be written."""
    return UsageError(
        f"cannot write {path}: {error.strerror or error}",
        hint="give a file in a folder that exists and is writable",
    )


def _is_special(target: Path) -> bool:
    """Return whether something exists there that is neither a file nor a folder.

    Raises:
        OSError: It is a folder, or a name that no file can have.
    """
    try:
        name = os.fsencode(target)
    except UnicodeEncodeError:
        name = b"\0"
    if b"\0" in name:
        raise OSError(errno.EINVAL, "not a valid file name")
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    return target.exists() and not target.is_file()
