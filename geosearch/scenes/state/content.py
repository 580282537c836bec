"""What a scene's files hold, as one hash: of the raster and of all that makes its picture."""

import os
import re
from collections.abc import Iterator, Sequence
from hashlib import file_digest, sha256
from pathlib import Path, PurePath

from geosearch.regular_file import is_regular, open_regular
from geosearch.scenes.places.companions import affects_pixels
from geosearch.scenes.places.href import band_files
from geosearch.scenes.places.remote import is_remote
from geosearch.scenes.state.deciding_files import deciding_files
from geosearch.scenes.state.stored_paths import opened_path

_MAX_AUX_BYTES = 1 << 20
_HISTOGRAMS = b"<Histograms>", b"</Histograms>"
_STATISTIC = re.compile(rb"<MDI key=\"STATISTICS_[^<>]*>[^<]*</MDI>")
_EMPTY = re.compile(rb"<(\w+)(?:\s[^<>]*)?>\s*</\1>|<(?:Metadata|PAMRasterBand)[^<>]*/>")
_NESTED = 8
"""Levels of elements around a statistic, at most; a stranger's file may have any number."""


def content_hash(href: str, refers_to: Sequence[str] = ()) -> str | None:
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
    for path in deciding_files(own, refers_to):
        if (affects_pixels(path) or path in other) and is_regular(path):
            for part in _companion_sum(path):
                yield f"{os.path.basename(path).removeprefix(stem)} {part}"


def _file_sum(path: str) -> str:
    with open_regular(path) as file:
        return file_digest(file, "sha256").hexdigest()


def _companion_sum(path: str) -> list[str]:
    """Return the file's sum; none of an ``.aux.xml`` that holds nothing but statistics."""
    if not path.lower().endswith(".aux.xml") or os.path.getsize(path) > _MAX_AUX_BYTES:
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
