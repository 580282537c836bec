"""Where a scene is, as one text: a file, or three files as ``PREFIX{RED,GREEN,BLUE}SUFFIX``.

The second form is that of the shell: ``LC08_..._SR_B{4,3,2}.TIF`` are a product's red, green and
blue. It says all that is needed to read the pixels again.
"""

import os
import re
from collections.abc import Sequence

from geosearch.errors import SceneError
from geosearch.scenes.places.remote import without_secrets

_BRACES = re.compile(r"(.*)\{([^{},]*),([^{},]*),([^{},]*)\}(.*)", re.DOTALL)


def join_bands(files: Sequence[str]) -> str:
    """Return red, green and blue as one text.

    Raises:
        SceneError: Their names have braces or commas where they differ.
    """
    prefix = _shared_start(files)
    rests = [file[len(prefix) :] for file in files]
    suffix = _shared_start([rest[::-1] for rest in rests])[::-1]
    middles = [rest[: len(rest) - len(suffix)] for rest in rests]
    href = f"{prefix}{{{','.join(middles)}}}{suffix}"
    if band_files(href) != tuple(files):
        raise SceneError(
            f"the names of its bands have braces or commas where they differ: {files[0]}",
            hint="rename them, or stack them: gdalbuildvrt -separate OUT.vrt RED GREEN BLUE",
        )
    return href


def _shared_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)  # what these two share, all between them do
    for at, letter in enumerate(first):
        if letter != last[at : at + 1]:
            return first[:at]
    return first


def band_files(href: str) -> tuple[str, ...]:
    """Return the files of a scene: one, or red, green and blue."""
    match = _BRACES.fullmatch(href)
    if match is None or os.path.exists(href):  # a file may be called so
        return (href,)
    prefix, *middles, suffix = match.groups()
    return tuple(f"{prefix}{middle}{suffix}" for middle in middles)


def short_name(href: str) -> str:
    """Return a scene's file name, for messages."""
    files = band_files(href)
    if len(files) == 1:
        return without_secrets(href.rstrip("/").rpartition("/")[2] or href)
    folder = _shared_start(files).rpartition("/")[0]
    return without_secrets(href[len(folder) + 1 :] if folder else href)
