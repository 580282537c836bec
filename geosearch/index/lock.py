"""One writer at a time: a lock that the system takes back when the process dies."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from geosearch.errors import IndexFolderError

LOCK = "writer.lock"
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What systems answer where another process holds a lock."""


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the index's writer lock.

    Raises:
        IndexFolderError: Another process holds it.
        OSError: The file system cannot lock, or the file cannot be written.
    """
    with (folder / LOCK).open("a+b") as file:
        try:
            _lock(file)
        except OSError as error:
            if error.errno not in _HELD:
                raise
            file.seek(0)
            holder = file.read(20).decode(errors="replace").strip() or "unknown"
            raise IndexFolderError(
                f"process {holder} is writing {folder}",
                hint="wait until it is done, or index into another folder with -i",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        # a byte far behind the process number, which others read while it is locked
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
