"""Files of weights: that they are there, and what their hash is."""

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from geosearch.errors import WeightsError, first_line
from geosearch.regular_file import open_regular, remedy, require_regular

_HINT = "give `weights` the path of a checkpoint file"
_SHA256 = re.compile("[0-9a-f]{64}")


def require_weights(path: Path) -> None:
    """Require a path that leads to a file.

    Raises:
        WeightsError: It does not.
    """
    try:
        require_regular(path)
    except FileNotFoundError as error:
        raise WeightsError(f"there is no weights file {path}", hint=_HINT) from error
    except OSError as error:
        raise system_error(path, error) from error


def system_error(path: Path, error: OSError) -> WeightsError:
    """Return the error for a file that the system does not let us read."""
    return WeightsError(
        f"cannot read the weights file {path}: {error.strerror or first_line(error)}",
        hint=remedy(error, _HINT),
    )


def file_hash(path: Path) -> str:
    """Return the sha256 of a file in hex; computed once per process while the file is unchanged.

    The hub's cache names large files by their sha256, which it verified when it fetched them:
    such a name is taken, since reading gigabytes again would cost every query seconds.
    """
    try:
        stored = path.resolve()
        if stored.parent.name == "blobs" and _SHA256.fullmatch(stored.name):
            return stored.name
        status = require_regular(path)
        return _hash(os.fspath(stored), status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise system_error(path, error) from error


@lru_cache(maxsize=32)
def _hash(path: str, size: int, mtime_ns: int) -> str:
    # size and time are part of the cache's key: a changed file is read again
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
