"""Paths of files that a scene refers to, as they are kept: relative where they move with it."""

import os

from geosearch.scenes.places.remote import is_remote

_MAX_UP = 3
"""Folders up from a scene's to what it refers to and moves with it."""


def stored_path(path: str, folder: str) -> str:
    """Return a path as it is kept: relative to the scene's folder if it moves with it."""
    if is_remote(path) or not os.path.isabs(path):
        return path
    relative = os.path.relpath(path, folder).replace(os.sep, "/")
    far = relative.startswith("../" * (_MAX_UP + 1)) or folder.count("/") <= _MAX_UP
    return path if far and relative.startswith("../") else relative


def opened_path(stored: str, folder: str) -> str:
    """Return where a path is that was kept by `stored_path`."""
    return stored if is_remote(stored) else os.path.normpath(os.path.join(folder, stored))
