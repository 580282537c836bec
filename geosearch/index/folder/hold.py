"""A writer's hold on an index: its lock, and what is published, looked at again before a change.

The folder is held open. Where it was moved, deleted or replaced by another while it was written,
or somebody else has published, nothing is published and nothing deleted: it is one clear error.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import BinaryIO

from geosearch.errors import IndexFolderError
from geosearch.index.files.durable import part_name
from geosearch.index.files.faults import cannot_write, damaged
from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.files.lock import LOCK, write_holder, writer_lock
from geosearch.index.folder.layout import (
    DESCRIPTION,
    MANIFEST,
    REMOVED,
    SEGMENTS,
)
from geosearch.index.folder.manifest import (
    Manifest,
    SegmentEntry,
    manifest_bytes,
    read_manifest,
)
from geosearch.text import shown


class Hold:
    """An index folder that this process writes."""

    def __init__(
        self, root: HeldFolder, lock: BinaryIO, index_id: str, published: Manifest | None
    ) -> None:
        self.folder = root.path
        """The index."""
        self.root = root
        """The same, held open."""
        self.index_id = index_id
        """What this index marks with what it makes."""
        self.published = published
        """The generation that is published, as far as this writer knows; None for none."""
        self._lock = lock

    def require_same(self) -> None:
        """Refuse to go on where the path does not lead to what was locked, or was published.

        Raises:
            IndexFolderError: The folder was moved, deleted or replaced, or is written by another.
        """
        self.require_place()
        if _published(self.folder) != self.published:
            raise IndexFolderError(
                f"{shown(self.folder)} was changed by another process while this one wrote it",
                hint="run the same command again",
            )

    def require_place(self) -> None:
        """Refuse to go on where the path does not lead to the folder that was locked.

        Raises:
            IndexFolderError: The folder was moved, deleted or replaced.
        """
        try:
            there = os.stat(self.folder / LOCK, follow_symlinks=False)
            same = os.path.samestat(there, os.fstat(self._lock.fileno()))
        except OSError:
            same = False
        if not same or not self.root.is_at_its_path():
            raise IndexFolderError(
                f"{shown(self.folder)} was moved, deleted or replaced while this process was "
                "writing it; what is there now is left untouched",
                hint="run the same command again, and do not move the folder meanwhile",
            )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Raise errors for what cannot be written or read, or where the folder is no longer there.

        Raises:
            IndexFolderError: Something cannot be.
        """
        try:
            yield
        except OSError as error:
            self.require_place()
            if isinstance(error, IndexFolderError):
                raise
            raise cannot_write(self.folder, error) from error

    def publish(self, manifest: Manifest) -> None:
        """Publish a generation: after this, whoever opens the index sees it.

        Raises:
            IndexFolderError: The folder is not what it was, or what the generation names is not
                in it.
            OSError: It cannot be written.
        """
        data = manifest_bytes(manifest)

        def last() -> None:
            self.require_same()
            self._require_made(manifest)

        self.root.write(MANIFEST, data, part_name(MANIFEST, self.index_id), last=last)
        self.published = manifest

    def _require_made(self, manifest: Manifest) -> None:
        """Refuse to publish what was written into another folder that stood at the path."""
        before = () if self.published is None else self.published.segments
        known = {one.checksum for one in before}
        rows = {one.removed_rows for one in before} | {None}
        for entry in manifest.segments:
            if entry.checksum not in known:
                self._require_segment(entry)
            if entry.removed_rows not in rows:
                self._require_file(REMOVED, str(entry.removed_rows), (entry.rows + 7) // 8)

    def _require_segment(self, entry: SegmentEntry) -> None:
        with self.root.inner(SEGMENTS) as segments, segments.inner(entry.id) as folder:
            _require_there(folder, DESCRIPTION, entry.files[DESCRIPTION])

    def _require_file(self, folder: str, name: str, size: int) -> None:
        with self.root.inner(folder) as held:
            _require_there(held, name, size)


def _require_there(folder: HeldFolder, name: str, size: int) -> None:
    found = folder.stat(name)
    if found is None or not S_ISREG(found.st_mode) or found.st_size != size:
        raise damaged(folder.path / name, "it is not what was written")


def _published(folder: Path) -> Manifest | None:
    try:
        (folder / MANIFEST).lstat()
    except FileNotFoundError:
        return None
    return read_manifest(folder)


@contextmanager
def hold_index(
    folder: Path, *, check: Callable[[HeldFolder], None] = lambda _folder: None
) -> Iterator[Hold]:
    """Hold an index's writer lock.

    Args:
        folder: The index, or an empty folder that becomes one.
        check: Looks at a folder that has no manifest, before anything is written there.

    Raises:
        IndexFolderError: Another process writes it, it is damaged, or it cannot be written.
    """
    try:
        with HeldFolder.open(folder) as root:
            if root.stat(MANIFEST) is None:
                check(root)
            with writer_lock(root) as (lock, index_id):
                # only now: another writer may have published since
                published = _published(folder)
                index_id = published.id if published else index_id or token_hex(16)
                write_holder(lock, index_id)
                hold = Hold(root, lock, index_id, published)
                hold.require_place()
                yield hold
    except IndexFolderError:
        raise
    except OSError as error:
        raise cannot_write(folder, error) from error


@contextmanager
def held_index(folder: Path) -> Iterator[tuple[Hold, Manifest]]:
    """Hold the writer lock of an index that is there, and give what is published meanwhile.

    Raises:
        IndexFolderError: There is no index, another process writes it, or it cannot be written.
    """
    read_manifest(folder)  # no lock is left where there is no index
    with hold_index(folder) as hold:
        if hold.published is None:
            raise IndexFolderError(
                f"{shown(folder)} has lost its manifest", hint="restore it, or index again"
            )
        with hold.writing():
            yield hold, hold.published
