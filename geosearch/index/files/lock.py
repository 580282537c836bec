"""One writer at a time: a lock that the system takes back when the process dies.

The lock's file says which process holds it, and keeps the id of the index, which staged scenes
carry, until there is a manifest that says it.
"""

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from stat import S_ISREG
from typing import BinaryIO

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import cannot_read, occupied
from geosearch.index.files.held_folder import HeldFolder
from geosearch.message import Message
from geosearch.text import shown

LOCK = "writer.lock"
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What systems answer where another process holds a lock."""
_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CONTENT = re.compile(rb"(\d{0,20})(?: ([0-9a-f]{32}))?\s*")
_MAX_BYTES = 64


@contextmanager
def writer_lock(folder: HeldFolder) -> Iterator[tuple[BinaryIO, str | None]]:
    """Hold the index's writer lock.

    Yields:
        The lock's file, and the id of the index that is written there.

    Raises:
        IndexFolderError: Another process holds it, or something else stands in its place.
        OSError: The file system cannot lock, or the file cannot be written.
    """
    path = folder.path / LOCK
    try:
        handle = folder.open_file(LOCK, _OPEN)
    except OSError as error:
        raise cannot_read(path, error) if error.errno == errno.ELOOP else error from error
    with open(handle, "r+b", buffering=0) as file:
        if not S_ISREG(os.fstat(handle).st_mode):
            raise occupied(path, "it is not a file")
        try:
            _lock(file)
        except OSError as error:
            if error.errno not in _HELD:
                raise
            raise _is_held(folder, file) from error
        content = _CONTENT.fullmatch(_read(file))
        if content is None:
            raise occupied(path, "it is not a lock that geosearch wrote")
        yield file, None if content[2] is None else content[2].decode()


def write_holder(file: BinaryIO, index_id: str) -> None:
    """Write into a lock that is held who holds it, and of which index."""
    file.seek(0)
    file.truncate(0)
    file.write(f"{os.getpid()} {index_id}".encode())


def _read(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(_MAX_BYTES + 1)


def _is_held(folder: HeldFolder, file: BinaryIO) -> IndexFolderError:
    content = _CONTENT.fullmatch(_read(file))
    holder = content[1].decode() if content and content[1] else "unknown"
    return IndexFolderError(
        f"process {holder} is writing {shown(folder.path)}",
        hint=Message("wait until it is done, or give another folder as `index`"),
    )


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
