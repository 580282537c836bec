"""Whether a folder can be added to: an index that was built alike, or a place for a new one."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import cannot_write
from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.files.lock import LOCK
from geosearch.index.folder.layout import (
    MANIFEST,
    REMOVED,
    SEGMENTS,
    STAGING,
)
from geosearch.index.folder.manifest import is_segment_id, read_manifest
from geosearch.index.folder.ownership import is_any_part, is_staged_name
from geosearch.index.records import IndexSpec
from geosearch.message import Message
from geosearch.text import shown


def require_fit(folder: Path, spec: IndexSpec | None) -> None:
    """Refuse what a writer of an index would refuse, and write nothing.

    Args:
        folder: The index, or where it would be made.
        spec: How the chips to come are cut and embedded; None where that does not count.

    Raises:
        IndexFolderError: It cannot be written or read, was built in another way, or holds files
            of others.
    """
    try:
        _require_place(folder)
        if (folder / MANIFEST).exists():
            published = read_manifest(folder).spec
            require_alike(folder, published, spec or published)
        elif folder.exists():
            with HeldFolder.open(folder) as held:
                require_no_stranger(held)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _require_place(folder: Path) -> None:
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        number = errno.EEXIST if place == folder else errno.ENOTDIR
        raise OSError(number, os.strerror(number))
    if not os.access(place, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def require_alike(folder: Path, before: IndexSpec, wanted: IndexSpec) -> None:
    """Refuse to put chips into an index whose chips are cut or embedded in another way.

    Raises:
        IndexFolderError: They are.
    """
    if before.vectors_agree_with != wanted.vectors_agree_with:
        raise IndexFolderError(
            f"{shown(folder)} was built with {_way(before)}; the request is for {_way(wanted)}",
            hint=Message("give another folder as `index`, or remove this one"),
        )


def require_no_stranger(folder: HeldFolder) -> None:
    """Refuse to make an index among other files.

    Raises:
        IndexFolderError: There are some.
    """
    # a writer that was killed before its first publication leaves these
    ours: dict[str, Callable[[str], bool]] = {
        SEGMENTS: lambda name: is_segment_id(name) or is_any_part(name),
        STAGING: is_staged_name,
        REMOVED: lambda name: is_segment_id(name) or is_any_part(name),
    }
    others = [
        name for name in folder.names() if name not in {*ours, LOCK} and not is_any_part(name)
    ]
    for name in ours.keys() & set(folder.names()):
        with folder.inner(name) as inner:
            others += [f"{name}/{one}" for one in inner.names() if not ours[name](one)]
    if others:
        raise IndexFolderError(
            f"{shown(folder.path)} is not an index and not empty: it holds {shown(min(others))}",
            hint=Message("give another folder as `index`"),
        )


def _way(spec: IndexSpec) -> str:
    chips = spec.chips
    bands = "" if chips.bands is None else f", bands {', '.join(map(str, chips.bands))}"
    gsd = "" if chips.gsd_m is None else f", {chips.gsd_m:g} m per pixel"
    scales = "" if chips.scales == (1,) else f", scales {', '.join(map(str, chips.scales))}"
    cut = f"chips of {chips.size_px} px every {chips.stride_px} px{gsd}{scales}"
    return f"{spec.fingerprint}, {cut}{bands}"
