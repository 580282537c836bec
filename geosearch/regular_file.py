"""Regular files: what a path of a user's has to lead to before it is opened.

A pipe waits for ever, a device never ends, and opening some of them does something. A path that
strangers wrote may lead to any of them, and what is there may be swapped between looking and
opening. All that goes wrong here is an OSError, as `open` raises it: its ``strerror`` says what is
wrong, and `remedy` what to do about it.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
_STREAMS = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")
"""How shells name a pipe that the user gave: ``<(command)``."""
_PART_BYTES = 1 << 20
_FLAGS = (
    os.O_RDONLY
    # a pipe that was swapped in is opened, seen, and closed: it does not wait for a writer
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegularError(OSError):
    """A path that leads to a pipe, a device or a socket."""


class TooLargeError(OSError):
    """A file with more bytes than its kind of document has."""


def open_regular(path: str | Path, *, streams: bool = False) -> BufferedReader:
    """Open a regular file to be read; the caller closes it.

    Args:
        path: The file; links are followed.
        streams: A pipe that the shell opened for this process (``<(command)``) will do, too.

    Raises:
        OSError: It is not there, may not be read, or is not a regular file.
    """
    require_regular(path, streams=streams)
    handle = os.open(path, _FLAGS)
    try:
        _require(os.fstat(handle).st_mode, path, streams)
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)  # a pipe that may be read is waited for
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: str | Path, max_bytes: int, *, streams: bool = False) -> bytes:
    """Return what a regular file holds.

    Args:
        path: The file; links are followed.
        max_bytes: No more than this is held in memory.
        streams: As in `open_regular`.

    Raises:
        OSError: It is not there, may not be read, is not a regular file, or is larger
            (`TooLargeError`).
    """
    with open_regular(path, streams=streams) as file:
        return b"".join(parts_within(file.read, max_bytes, str(path)))


def parts_within(read: Callable[[int], bytes], max_bytes: int, name: str) -> Iterator[bytes]:
    """Yield what is read until there is no more, and no more than is allowed.

    Args:
        read: Returns up to so many bytes, and none at the end.
        max_bytes: No more than this is yielded.
        name: What is read, for errors.

    Raises:
        OSError: It cannot be read, or is larger (`TooLargeError`).
    """
    size = 0
    while part := read(min(_PART_BYTES, max_bytes + 1 - size)):
        size += len(part)
        if size > max_bytes:
            raise TooLargeError(errno.EFBIG, f"larger than {_bytes(max_bytes)}", name)
        yield part


def require_regular(path: str | Path, *, streams: bool = False) -> os.stat_result:
    """Check a file that an engine is going to open by its name.

    Returns:
        Its status; size and time are what they were at that moment.

    Raises:
        OSError: It is not there, may not be looked at, or is not a regular file.
    """
    try:
        status = os.stat(path)
    except ValueError as error:  # a zero byte, or what no file system can write
        raise OSError(errno.EINVAL, f"not a file name ({error})", repr(path)) from None
    _require(status.st_mode, path, streams)
    return status


def is_regular(path: str | Path) -> bool:
    """Return whether a path leads to a regular file that can be looked at."""
    try:
        require_regular(path)
    except OSError:
        return False
    return True


def _require(mode: int, path: str | Path, streams: bool) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder, not a file", str(path))
    if streams and stat.S_ISFIFO(mode) and str(path).startswith(_STREAMS):
        return
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    raise NotRegularError(errno.EINVAL, f"{kind}, not a file", str(path))


def remedy(error: OSError, otherwise: str = "check the path") -> str:
    """Return what to do about an error of the system's.

    Args:
        error: As `open` and this module raise it.
        otherwise: What to do where its kind says nothing.
    """
    if isinstance(error, NotRegularError):
        return "give a file; the output of a pipe can be written to one first"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "allow it, and the folders above it, to be read"
    if error.errno == errno.ENAMETOOLONG:
        return "shorten the names of its folders, or name it by a link from elsewhere"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "allow more files to be open at a time: ulimit -n 4096"
    if error.errno == errno.ENOMEM:
        return "free memory, or give it less to do at a time"
    if error.errno == errno.ELOOP:
        return "mend the links: they lead in a circle"
    return otherwise


def _bytes(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count:,} bytes"
