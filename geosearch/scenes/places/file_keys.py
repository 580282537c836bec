"""Which file a scene is, however it was named: through a link, by a URL or by GDAL's name."""

import os
from collections.abc import Iterable

from geosearch.errors import SceneError
from geosearch.scenes.places.href import band_files
from geosearch.scenes.places.remote import gdal_name, is_remote, without_secrets


class FileKeys:
    """Tells files apart; remembers where links lead, since folders hold many files."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def key(self, href: str) -> tuple[str, ...]:
        """Return what is the same for two hrefs if, and only if, they lead to the same files.

        Args:
            href: A scene's, absolute.
        """
        return self.of_files(band_files(href))

    def of_files(self, files: Iterable[str]) -> tuple[str, ...]:
        """Return the same of the files of a scene: one, or red, green and blue."""
        return tuple(map(self._of_file, files))

    def _of_file(self, file: str) -> str:
        if is_remote(file):
            try:
                return without_secrets(gdal_name(file))
            except SceneError:
                return without_secrets(file)
        if os.path.islink(file):
            return os.path.realpath(file)
        folder, name = os.path.split(file)
        return os.path.join(self.folder(folder), name)

    def folder(self, folder: str) -> str:
        """Return where a folder is, links followed."""
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return self._real[folder]
