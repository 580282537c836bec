"""Reading the files of a segment: what is missing at once, and what an error means."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import (
    DamagedError,
    SupersededError,
    means_too_many_files,
    too_many_files,
)
from geosearch.index.files.own_files import require_file, require_folder
from geosearch.index.folder.layout import (
    ANN,
    DESCRIPTION,
    REMOVED,
    ROWS,
    SEGMENTS,
    SIDECAR,
)
from geosearch.index.folder.manifest import SegmentEntry, read_manifest


class SegmentAccess:
    """The files of a segment, as the manifest lists them."""

    def __init__(self, index_folder: Path, entry: SegmentEntry) -> None:
        self.index_folder = index_folder
        self.entry = entry
        self.folder = index_folder / SEGMENTS / entry.id

    def require_files(self) -> None:
        """Refuse a segment of which a file is missing; arrays are looked at when they are opened.

        Raises:
            IndexFolderError: One is missing, not a regular file, or of another size.
        """
        folders = [self.folder.parent, self.folder, self.folder / ROWS]
        for folder in [*folders, self.folder / ANN] if self.entry.ann == "ivfpq" else folders:
            require_folder(folder)
        for name, size in self.entry.files.items():
            if name in (SIDECAR, DESCRIPTION) or name.startswith(f"{ANN}/"):
                require_file(self.folder / name, size)

    def require_file(self, name: str) -> Path:
        """Return the path of a file; refuse it where it is missing, or of another size.

        Raises:
            IndexFolderError: It is missing, not a regular file, or of another size.
        """
        require_file(self.folder / name, self.entry.files[name])
        return self.folder / name

    def sizes_in(self, folder: str) -> dict[str, int]:
        """Return the bytes of each file in a folder, by its name there."""
        files = self.entry.files.items()
        first = f"{folder}/"
        return {name.removeprefix(first): size for name, size in files if name.startswith(first)}

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tell damage apart from what was deleted meanwhile, and from too many open files.

        What is mapped or open stays readable after another process has deleted it; whatever is
        opened first then is not.
        """
        try:
            yield
        except DamagedError as error:
            raise self._reason(error) from error
        except IndexFolderError:
            raise
        except (OSError, ImportError) as error:  # engines are imported where they are used
            if means_too_many_files(error):
                raise too_many_files(self.folder) from error
            raise

    def _reason(self, error: DamagedError) -> IndexFolderError:
        try:
            published = read_manifest(self.index_folder)
        except DamagedError:
            return error
        except IndexFolderError as missing:
            return missing
        mine = self.entry
        for entry in published.segments:
            if (entry.id, entry.checksum) == (mine.id, mine.checksum):
                rows = self.index_folder / REMOVED / str(mine.removed_rows)
                if error.path != rows or entry.removed_rows == mine.removed_rows:
                    return error
        return SupersededError(self.index_folder, self.entry.id)
