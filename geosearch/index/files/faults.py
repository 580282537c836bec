"""What can be wrong with the files of an index, told apart.

Damage is a file that is not as it was written: `verify` names it, and some of it is made again. A
full table of open files, a missing permission or a file that another process holds is not damage,
and must never lead to a repair of what is intact.
"""

import errno
from pathlib import Path

from geosearch.errors import IndexFolderError
from geosearch.text import shown

_VERIFY = (
    "`geosearch verify` says what is lost; `geosearch verify --repair` makes again what can be"
)
_MOVE = (
    "move away what is there, which geosearch neither follows nor deletes; "
    "then run `geosearch verify`"
)
_OPEN_FILES = "Too many open files"
"""How C libraries say that a process, or the system, has no more of them (EMFILE, ENFILE)."""
_FULL_TABLE = (errno.EMFILE, errno.ENFILE)
_FORBIDDEN = (errno.EACCES, errno.EPERM)

BROKEN_DOCUMENT = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError,
)  # fmt: skip
"""What reading a stranger's JSON document may raise: wrong types, nesting, numbers beyond all."""


class DamagedError(IndexFolderError):
    """A file of an index is not as it was written."""

    def __init__(
        self, path: Path, reason: str, *, occupied: bool = False, hint: str = _VERIFY
    ) -> None:
        said = f"cannot use {shown(path)}" if occupied else f"{shown(path)} is damaged"
        super().__init__(f"{said}: {reason}", hint=_MOVE if occupied else hint)
        self.path = path
        """The file."""
        self.reason = reason
        """What is wrong with it."""
        self.occupied = occupied
        """Whether something stands in its place that geosearch did not make, such as a link."""


class SupersededError(IndexFolderError):
    """What is read was deleted since it was opened: a newer generation is published."""

    def __init__(self, index_folder: Path, segment_id: str) -> None:
        super().__init__(
            f"{shown(index_folder)} was compacted after it was opened; "
            f"segment {segment_id} no longer exists",
            hint="open the index again",
        )


def damaged(path: Path, reason: str = "it is inconsistent with the other files") -> DamagedError:
    """Return the error for a file that is not as it was written."""
    return DamagedError(path, reason)


def occupied(path: Path, reason: str) -> DamagedError:
    """Return the error for a place where something stands that geosearch did not make."""
    return DamagedError(path, reason, occupied=True)


def cannot_read(path: Path, error: OSError) -> IndexFolderError:
    """Return the error for a file that the system does not let us read."""
    if error.errno == errno.ENOENT:
        return damaged(path, "it is missing")
    if error.errno in (errno.ELOOP, errno.ENOTDIR):  # what O_NOFOLLOW and O_DIRECTORY refuse
        kind = "a link" if path.is_symlink() else "below something that is not a folder"
        return occupied(path, f"it is {kind}")
    if error.errno in _FULL_TABLE:
        return too_many_files(path)
    if error.errno in _FORBIDDEN:
        return IndexFolderError(
            f"cannot read {shown(path)}: {error.strerror}",
            hint="check the permissions of the file and of its folders",
        )
    return damaged(path, error.strerror or "it cannot be read")


def cannot_write(path: Path, error: OSError) -> IndexFolderError:
    """Return the error for a place in an index that cannot be written."""
    if isinstance(error, IndexFolderError):
        return error
    if error.errno in _FULL_TABLE:
        return too_many_files(path)
    return IndexFolderError(
        f"cannot write {shown(path)}: {error.strerror or error}",
        hint="check the disk's space and the folder's permissions, then run the same command again",
    )


def too_many_files(path: Path) -> IndexFolderError:
    """Return the error for a process that has as many files open as it may."""
    return IndexFolderError(
        f"cannot open {shown(path)}: this process has reached its limit of open files",
        hint="raise the limit with `ulimit -n 4096`, or let `geosearch compact` merge segments",
    )


def means_too_many_files(error: BaseException) -> bool:
    """Return whether an engine's error says that no more files can be opened."""
    return getattr(error, "errno", None) in _FULL_TABLE or _OPEN_FILES in str(error)
