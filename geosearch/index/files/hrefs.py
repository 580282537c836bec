"""Hrefs as an index stores them: relative to itself where a scene lies near it.

An archive and its index that are moved together, with one between them and the other as before,
go on as they were. What lies farther away is stored as an absolute path: there a relative one would
only break when the index alone is moved. Whoever opens the index gets absolute paths.
"""

import os
from pathlib import Path

_MAX_UP = 3
"""Folders from the index up to one that holds the scene too: ``indexes/NAME`` beside ``scenes`` is
two."""
_RELATIVE = ("./", "../")
"""How relative hrefs begin; no absolute path, URL or ``/vsi`` name does."""


class Hrefs:
    """Turns hrefs of one index into what is stored, and back."""

    def __init__(self, index_folder: Path) -> None:
        # a link to the index leads elsewhere than the folders beside it
        self._folder = os.path.realpath(index_folder)

    def stored(self, href: str) -> str:
        """Return what to store: a relative path with ``/``, or the href itself."""
        if not href.startswith("/") or href.startswith("/vsi"):
            return href
        relative = os.path.relpath(href, self._folder)
        if not relative.startswith("../"):
            relative = f"./{relative}"
        up = relative.split("/").count("..")
        at_root = os.path.normpath(os.path.join(self._folder, "../" * up)) == "/"
        # what is written otherwise than paths are, with // or .., must come back as it is
        near = up <= _MAX_UP and not at_root and self.opened(relative) == href
        return relative if near else href

    def opened(self, stored: str) -> str:
        """Return where a scene is now."""
        if not stored.startswith(_RELATIVE):
            return stored
        return os.path.normpath(os.path.join(self._folder, stored))
