"""What changes when a scene does: its files, and all that decides about them.

The raster alone does not say what a scene is: a mask, a world file, a corrected ``.prj``, the
sources of a VRT, a product's metadata and the values of a STAC Item do so, too.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from geosearch.scenes.finding.scene_file import SceneFile
from geosearch.scenes.places.href import band_files
from geosearch.scenes.places.remote import (
    container,
    is_remote,
    size_and_mtime,
    uses_network,
    without_secrets,
)
from geosearch.scenes.state.deciding_files import deciding_files
from geosearch.scenes.state.stored_paths import stored_path


@dataclass(frozen=True, slots=True)
class SceneState:
    """What changes when a scene does."""

    size_bytes: int
    """Of the files that hold its pixels together; 0 for a remote file of unknown size."""
    files: str
    """Hash of sizes and dates of all files that decide about it."""
    metadata: str
    """Hash of what is known of it from elsewhere, such as its STAC Item."""

    @property
    def text(self) -> str:
        """Both hashes in one, as an index keeps them."""
        return f"{self.files}-{self.metadata}"

    def has_files_of(self, text: str) -> bool:
        """Return whether the files are those of a state that an index has kept as its text."""
        return text.startswith(f"{self.files}-")


def scene_state(file: SceneFile, refers_to: Sequence[str] = ()) -> SceneState:
    """Look at a scene's files, and at those that decide about it.

    Args:
        file: The scene.
        refers_to: Other files that it was seen to be read from, as `referenced_files` gives them.

    Raises:
        OSError: One of the scene's own files is not there.
    """
    own = band_files(file.href)
    folder = os.path.dirname(own[0])
    stated = [_size_and_mtime(one) for one in own]
    facts = [(os.path.basename(one), *state) for one, state in zip(own, stated, strict=True)]
    for path in deciding_files(own, refers_to):
        facts.append((stored_path(path, folder), *_if_there(path)))
    return SceneState(sum(size for size, _ in stated), _hash(facts), _metadata_hash(file))


def _metadata_hash(file: SceneFile) -> str:
    if file.item is None and file.moment is None and not file.band_names and not file.platform:
        return "0"
    when = None if file.moment is None else file.moment.datetime
    facts: tuple[object, ...] = (when, file.band_names, file.platform, _named_by(file))
    # only where there is one: what was indexed before kinds were told is not changed by them
    return _hash([(*facts, file.stated_kind) if file.stated_kind else facts])


def _named_by(file: SceneFile) -> str | None:
    """Return where a STAC Item says that its file is, as seen from the Item."""
    if file.item is None:
        return None
    document = file.item.rpartition("#")[0]
    return stored_path(without_secrets(file.href), os.path.dirname(document))


def _hash(facts: Iterable[object]) -> str:
    return sha256(repr(list(facts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _size_and_mtime(file: str) -> tuple[int, int]:
    if uses_network(file):
        return size_and_mtime(file)
    status = os.stat(container(file) if is_remote(file) else file)
    return status.st_size, status.st_mtime_ns


def _if_there(file: str) -> tuple[int, int]:
    try:
        return (-1, 0) if uses_network(file) else _size_and_mtime(file)
    except OSError:
        return -1, 0
