"""The ids of files: a file that a scene of the index has keeps its id, whatever it is called.

Ids are names for people. A file that the index has keeps its id, however it is named now and in
whatever order folders are indexed; another file never takes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from geosearch.index import SceneRecord
from geosearch.scenes import FileKeys, SceneFile, files_are_missing, unique_ids


class SceneIds:
    """Files with the ids that they have, or get, in an index."""

    def __init__(self, files: Sequence[SceneFile], known: Iterable[SceneRecord]) -> None:
        """Give each file its id.

        Args:
            files: What there is to index.
            known: Scenes of the index, and those that wait for it.
        """
        self._keys = FileKeys()
        records = list(known)
        ids = self._known_ids(files, records)
        self.found = frozenset(one for one in ids if one is not None)
        """Ids of the scenes whose files are here."""
        self.lost = frozenset(
            record.id
            for record in records
            if record.id not in self.found and files_are_missing(record.href)
        )
        """Ids of scenes whose files are gone: a new file may be one of these, relocated."""
        self._taken = {record.id for record in records}
        self.files = self._named(files, ids)
        """The files with their ids, by id."""
        self._taken |= {file.id for file in self.files}
        self._own: dict[str, SceneFile] = {}

    def _named(
        self, files: Sequence[SceneFile], ids: Sequence[str | None]
    ) -> tuple[SceneFile, ...]:
        new = [file for file, known in zip(files, ids, strict=True) if known is None]
        given = iter(unique_ids([file.names for file in new], self._taken - self.lost))
        named = [
            replace(file, id=next(given) if known is None else known)
            for file, known in zip(files, ids, strict=True)
        ]
        return tuple(sorted(named, key=lambda file: file.id))

    def _known_ids(
        self, files: Sequence[SceneFile], records: Sequence[SceneRecord]
    ) -> list[str | None]:
        """Return the id of each file that is a scene's, or that a scene's STAC Item names now."""
        of_file: dict[tuple[str, ...], str] = {}
        of_item: dict[str, str] = {}
        for record in records:
            of_file.setdefault(self._keys.key(record.href), record.id)
            if record.item is not None:
                of_item.setdefault(record.item, record.id)
        ids = [of_file.get(self._keys.key(file.href)) for file in files]
        found = set(ids)
        for number, file in enumerate(files):
            if ids[number] is None and file.item is not None:
                named = of_item.get(file.item)
                ids[number] = None if named in found else named
                found.add(named)
        return ids

    def are_same(self, href: str, other: str) -> bool:
        """Return whether two hrefs lead to the same files."""
        return self._keys.key(href) == self._keys.key(other)

    def with_own_id(self, file: SceneFile) -> SceneFile:
        """Return a file that is not the lost scene of its id with an unused id."""
        if file.id not in self.lost:
            return file
        if file.href not in self._own:
            (name,) = unique_ids([file.names], self._taken)
            self._taken.add(name)
            self._own[file.href] = replace(file, id=name)
        return self._own[file.href]
