"""Whether a scene is what was indexed: its files, all that decides about them, and their content.

The raster alone does not say what a scene is: a mask, a world file, a corrected ``.prj``, the
sources of a VRT, a product's metadata and the values of a STAC Item do so, too.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path, PurePath

from geosearch.regular_file import is_regular, open_regular
from geosearch.scenes.companions import companions, makes_picture
from geosearch.scenes.find import SceneFile
from geosearch.scenes.href import band_files
from geosearch.scenes.metadata import metadata_files
from geosearch.scenes.remote import (
    container,
    is_remote,
    size_and_mtime,
    uses_network,
    without_secrets,
)

_MOST_UP = 3
"""Folders up from a scene's to what it refers to and moves with it."""
_MOST_AUX_BYTES = 1 << 20
_HISTOGRAMS = b"<Histograms>", b"</Histograms>"
_STATISTIC = re.compile(rb"<MDI key=\"STATISTICS_[^<>]*>[^<]*</MDI>")
_EMPTY = re.compile(rb"<(\w+)(?:\s[^<>]*)?>\s*</\1>|<(?:Metadata|PAMRasterBand)[^<>]*/>")
_NESTED = 8
"""Levels of elements around a statistic, at most; a stranger's file may have any number."""


@dataclass(frozen=True, slots=True)
class SceneState:
    """What changes when a scene does."""

    size_bytes: int
    """Of the files that hold its pixels together; 0 for a remote file of unknown size."""
    files: str
    """Hash of sizes and dates of all files that decide about it."""
    told: str
    """Hash of what is known of it from elsewhere, such as its STAC Item."""

    @property
    def text(self) -> str:
        """Both hashes in one, as an index keeps them."""
        return f"{self.files}-{self.told}"

    def has_files_of(self, text: str) -> bool:
        """Return whether the files are those of a state that an index has kept as its text."""
        return text.startswith(f"{self.files}-")


def scene_state(file: SceneFile, refers_to: Sequence[str] = ()) -> SceneState:
    """Look at a scene's files, and at those that decide about it.

    Args:
        file: The scene.
        refers_to: Other files that it was seen to be read from, as `referred_files` gives them.

    Raises:
        OSError: One of the scene's own files is not there.
    """
    own = band_files(file.href)
    folder = os.path.dirname(own[0])
    stated = [_size_and_mtime(one) for one in own]
    facts = [(os.path.basename(one), *state) for one, state in zip(own, stated, strict=True)]
    for path in _deciding(own, refers_to):
        facts.append((stored_path(path, folder), *_if_there(path)))
    return SceneState(sum(size for size, _ in stated), _hash(facts), _told(file))


def _deciding(own: Sequence[str], refers_to: Sequence[str]) -> list[str]:
    """Return all files but the scene's own that decide about it, whether there or not."""
    local = [one for one in own if not is_remote(one)]
    folder = os.path.dirname(own[0])
    other = [opened_path(one, folder) for one in refers_to]
    found = {path for one in (*local, *other) if not is_remote(one) for path in companions(one)}
    found.update(other)
    if local:
        found.update(map(str, metadata_files(Path(local[0]))))
    return sorted(found.difference(own))


def _told(file: SceneFile) -> str:
    if file.item is None and file.moment is None and not file.band_names and not file.platform:
        return "0"
    when = None if file.moment is None else file.moment.datetime
    return _hash([(when, file.band_names, file.platform, _named_by(file))])


def _named_by(file: SceneFile) -> str | None:
    """Return where a STAC Item says that its file is, as seen from the Item."""
    if file.item is None:
        return None
    document = file.item.rpartition("#")[0]
    return stored_path(without_secrets(file.href), os.path.dirname(document))


def _hash(facts: Iterable[object]) -> str:
    return sha256(repr(list(facts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def stored_path(path: str, folder: str) -> str:
    """Return a path as it is kept: relative to the scene's folder if it moves with it."""
    if is_remote(path) or not os.path.isabs(path):
        return path
    relative = os.path.relpath(path, folder).replace(os.sep, "/")
    far = relative.startswith("../" * (_MOST_UP + 1)) or folder.count("/") <= _MOST_UP
    return path if far and relative.startswith("../") else relative


def opened_path(stored: str, folder: str) -> str:
    """Return where a path is that was kept by `stored_path`."""
    return stored if is_remote(stored) else os.path.normpath(os.path.join(folder, stored))


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


def is_gone(href: str) -> bool:
    """Return whether none of a scene's files is there.

    What is not on this machine never is gone; nor what lies where nobody may look.
    """
    for file in band_files(href):
        if is_remote(file):
            return False
        try:
            os.lstat(file)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return False
        return False
    return True


def content_sum(href: str, refers_to: Sequence[str] = ()) -> str | None:
    """Return the SHA-256 of a scene's file, or of the sums of all files that make its picture.

    Statistics that a viewer leaves in an ``.aux.xml`` make no other picture, and a product's
    metadata neither.

    Args:
        href: The scene.
        refers_to: Other files that it is read from, as for `scene_state`.

    Returns:
        None for a scene whose file only refers to its pixels, or is not on this machine.

    Raises:
        OSError: A file cannot be read.
    """
    own = band_files(href)
    if any(is_remote(file) or file.lower().endswith(".vrt") for file in own):
        return None
    if not all(map(is_regular, own)):
        return None
    sums = [_file_sum(file) for file in own]
    sums += sorted(_sums_beside(own, refers_to))
    if len(sums) == 1:
        return sums[0]
    return sha256("\n".join(sums).encode("utf-8", "surrogatepass")).hexdigest()


def _sums_beside(own: Sequence[str], refers_to: Sequence[str]) -> Iterator[str]:
    """Yield what the files hold that make the picture with the scene's own, by their suffixes."""
    stem, folder = PurePath(own[0]).stem, os.path.dirname(own[0])
    other = {opened_path(one, folder) for one in refers_to}
    for path in _deciding(own, refers_to):
        if (makes_picture(path) or path in other) and is_regular(path):
            for part in _companion_sum(path):
                yield f"{os.path.basename(path).removeprefix(stem)} {part}"


def _file_sum(path: str) -> str:
    with open_regular(path) as file:
        return file_digest(file, "sha256").hexdigest()


def _companion_sum(path: str) -> list[str]:
    """Return the file's sum; none of an ``.aux.xml`` that holds nothing but statistics."""
    if not path.lower().endswith(".aux.xml") or os.path.getsize(path) > _MOST_AUX_BYTES:
        return [_file_sum(path)]
    said = _STATISTIC.sub(b"", _without_histograms(Path(path).read_bytes()))
    for _ in range(_NESTED):
        said = _EMPTY.sub(b"", said)
    said = b" ".join(said.split())
    return [sha256(said).hexdigest()] if said else []


def _without_histograms(document: bytes) -> bytes:
    opening, closing = _HISTOGRAMS
    kept, start = [], 0
    while (first := document.find(opening, start)) >= 0:
        last = document.find(closing, first)
        if last < 0:
            break
        kept.append(document[start:first])
        start = last + len(closing)
    return b"".join([*kept, document[start:]])
