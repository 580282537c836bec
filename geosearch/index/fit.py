"""Whether a folder can be added to: an index that was built alike, or a place for a new one."""

import errno
import os
from pathlib import Path

from geosearch.errors import IndexFolderError
from geosearch.index.durable import cannot_write, part_of
from geosearch.index.lock import LOCK
from geosearch.index.manifest import MANIFEST, Manifest, now, read_manifest
from geosearch.index.records import IndexSpec
from geosearch.index.removed_rows import REMOVED
from geosearch.index.segment_files import SEGMENTS
from geosearch.index.staging import STAGING
from geosearch.index.unfinished import UNFINISHED


def require_fit(folder: Path, spec: IndexSpec | None) -> None:
    """Refuse what a writer of an index would refuse, and write nothing.

    Args:
        folder: The index, or where it would be made.
        spec: How the chips to come are cut and embedded; None where that does not count.

    Raises:
        IndexFolderError: It cannot be written or read, was built in another way, or holds files
            of somebody.
    """
    try:
        place = folder
        while not place.exists() and place != place.parent:
            place = place.parent
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if (folder / MANIFEST).exists():
            manifest_to_continue(folder, spec or read_manifest(folder).spec)
        elif folder.exists():
            _require_no_stranger(folder)
    except IndexFolderError:
        raise
    except OSError as error:
        raise cannot_write(folder, error) from error


def manifest_to_continue(folder: Path, spec: IndexSpec) -> Manifest:
    """Return the published generation that a writer goes on from, or one before the first.

    Args:
        folder: The index, or the empty folder that it will be in.
        spec: How the chips to come are cut and embedded.

    Raises:
        IndexFolderError: It cannot be read, was built in another way, or holds somebody's files.
    """
    if not (folder / MANIFEST).exists():
        _require_no_stranger(folder)
        created = now()
        return Manifest(spec, generation=0, created=created, updated=created)
    manifest = read_manifest(folder)
    if manifest.spec.vectors_agree_with != spec.vectors_agree_with:
        raise IndexFolderError(
            f"{folder} was built with {_way(manifest.spec)}; asked for is {_way(spec)}",
            hint="index into another folder with -i, or remove this one",
        )
    return manifest


def _require_no_stranger(folder: Path) -> None:
    """Refuse to make an index among somebody's files."""
    # a writer that was killed at its first publication leaves the manifest's part
    ours = {SEGMENTS, STAGING, REMOVED, LOCK}
    ours |= {
        name for file in (MANIFEST, UNFINISHED) for name in (file, part_of(folder / file).name)
    }
    others = sorted(path.name for path in folder.iterdir() if path.name not in ours)
    if others:
        raise IndexFolderError(
            f"{folder} is not an index and not empty: it holds {others[0]}",
            hint="name another folder with -i",
        )


def _way(spec: IndexSpec) -> str:
    bands = "" if spec.bands is None else f", bands {', '.join(map(str, spec.bands))}"
    gsd = "" if spec.gsd_m is None else f", {spec.gsd_m:g} m a pixel"
    scales = "" if spec.scales == (1,) else f", scales {', '.join(map(str, spec.scales))}"
    cut = f"chips of {spec.size_px} px every {spec.stride_px} px{gsd}{scales}"
    return f"{spec.fingerprint}, {cut}{bands}"
