"""A folder that is held open: what is done in it by name is done there, through no link.

Whoever moves the folder away, or puts another in its place, does not change what a name means
here. Where the system has no such handles (Windows, which moves no folder that is in use), names
are paths below the folder's own.
"""

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from types import TracebackType

from geosearch.index.files.durable import WRITING, sync_handle, write_new
from geosearch.index.files.faults import cannot_read, occupied

_HANDLES = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class HeldFolder:
    """A folder, held open until it is closed; a context manager."""

    def __init__(self, path: Path, handle: int | None) -> None:
        self.path = path
        """Where it was when it was opened."""
        self._handle = handle

    @classmethod
    def open(cls, path: Path) -> "HeldFolder":
        """Open the folder that a path leads to, through links as well.

        Raises:
            OSError: There is none.
        """
        return cls(path, os.open(path, _FOLDER) if _HANDLES else None)

    def inner(self, name: str) -> "HeldFolder":
        """Open a folder in it.

        Raises:
            IndexFolderError: It is missing, a link, or not a folder.
        """
        path = self.path / name
        found = self.stat(name)
        if found is not None and not S_ISDIR(found.st_mode):
            raise occupied(path, "it is not a folder, or is a link to one")
        try:
            where, handle = self._at(name)
            opened = os.open(where, _FOLDER | _NO_LINK, dir_fd=handle) if _HANDLES else None
        except OSError as error:
            raise cannot_read(path, error) from error
        return HeldFolder(path, opened)

    def made(self, name: str) -> "HeldFolder":
        """Open a folder in it, made where it is missing.

        Raises:
            IndexFolderError: It is a link, or not a folder.
            OSError: It cannot be made.
        """
        if self.stat(name) is None:
            self.mkdir(name)
        return self.inner(name)

    def __enter__(self) -> "HeldFolder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let it go."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _at(self, name: str) -> tuple[str | Path, int | None]:
        return (self.path / name, None) if self._handle is None else (name, self._handle)

    def is_at_its_path(self) -> bool:
        """Return whether its path still leads to it."""
        if self._handle is None:
            return self.path.is_dir()
        try:
            return os.path.samestat(os.fstat(self._handle), os.stat(self.path))
        except OSError:
            return False

    def names(self) -> list[str]:
        """Return what is in it, sorted."""
        return sorted(os.listdir(self.path if self._handle is None else self._handle))

    def stat(self, name: str) -> os.stat_result | None:
        """Return what the system knows of something in it, of a link itself; None for nothing."""
        where, handle = self._at(name)
        try:
            return os.stat(where, dir_fd=handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open_file(self, name: str, flags: int) -> int:
        """Open a file in it, and no link."""
        where, handle = self._at(name)
        return os.open(where, flags | _NO_LINK, 0o666, dir_fd=handle)

    def mkdir(self, name: str) -> None:
        """Make a folder in it."""
        where, handle = self._at(name)
        os.mkdir(where, dir_fd=handle)

    def rename(self, name: str, target: "HeldFolder", new_name: str) -> None:
        """Move something in it to a place in another folder, or in itself; a file is replaced."""
        (where, handle), (there, other) = self._at(name), target._at(new_name)
        os.replace(where, there, src_dir_fd=handle, dst_dir_fd=other)

    def unlink(self, name: str) -> None:
        """Remove a file in it."""
        where, handle = self._at(name)
        os.unlink(where, dir_fd=handle)

    def rmdir(self, name: str) -> None:
        """Remove an empty folder in it."""
        where, handle = self._at(name)
        os.rmdir(where, dir_fd=handle)

    def sync(self) -> None:
        """Flush its entries to the disk, where the system can."""
        if self._handle is not None:
            sync_handle(self._handle)

    def write(self, name: str, data: bytes, part: str, *, last: Callable[[], None]) -> None:
        """Replace a file in it, atomically: a reader sees the old one or the new one.

        Args:
            name: The file.
            data: Its new content.
            part: Name of a file of ours that it is written to first.
            last: Called when all that is left is the replacement; what it raises prevents it.
        """
        write_new(self.open_file(part, WRITING), data)
        last()
        self.rename(part, self, name)
        self.sync()

    def remove_made(
        self, name: str, is_ours: Callable[[str], bool], last: Collection[str] = ()
    ) -> int:
        """Remove a folder in it with those files that are ours.

        What else it holds stays, and so does the folder then.

        Args:
            name: The folder.
            is_ours: Is asked about paths in it: of files, and of folders with ``/`` at the end.
            last: Files that go last: what says that the folder is ours.

        Returns:
            The bytes of the files that were removed.
        """
        found = self.stat(name)
        if found is None or not S_ISDIR(found.st_mode):
            return 0
        with self.inner(name) as folder:
            freed, all_gone = folder._empty("", lambda path: path not in last and is_ours(path))
            if all_gone:
                freed += folder._empty("", is_ours)[0]
        self.remove_empty(name)
        return freed

    def _empty(self, prefix: str, is_ours: Callable[[str], bool]) -> tuple[int, bool]:
        """Remove files of ours; return their bytes, and whether none of them is left."""
        freed, all_gone = 0, True
        for name in self.names():
            path, found = prefix + name, self.stat(name)
            if found is None:
                continue
            if S_ISREG(found.st_mode) and is_ours(path):
                try:
                    self.unlink(name)
                except PermissionError:
                    if _HANDLES:
                        raise
                    all_gone = False  # Windows removes no file that is open
                    continue
                freed += found.st_size
            elif S_ISDIR(found.st_mode) and is_ours(f"{path}/"):
                with self.inner(name) as folder:
                    more, gone = folder._empty(f"{path}/", is_ours)
                freed, all_gone = freed + more, all_gone and gone
                self.remove_empty(name)
        return freed, all_gone

    def remove_empty(self, name: str) -> None:
        """Remove a folder in it that holds nothing; leave any other."""
        # somebody's files may be in it: those stay, and the folder with them
        with suppress(OSError):
            self.rmdir(name)
