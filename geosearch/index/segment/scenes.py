"""The scenes of a segment: which they are is in its description, all else in its sidecar."""

from collections.abc import Set
from functools import cached_property

from geosearch.index.files.faults import DamagedError, damaged
from geosearch.index.folder.description import Description, read_description
from geosearch.index.folder.layout import DESCRIPTION, MANIFEST, SIDECAR
from geosearch.index.records import SceneKey, SceneRecord
from geosearch.index.segment.access import SegmentAccess
from geosearch.index.segment.sidecar import Sidecar

_SCENES_AT_ONCE = 20_000


class SegmentScenes:
    """The scenes of a segment; nothing is read before it is needed."""

    def __init__(self, access: SegmentAccess) -> None:
        self._access = access
        self._known: dict[int, SceneRecord] = {}

    @cached_property
    def description(self) -> Description:
        """What ``segment.json`` says.

        Raises:
            IndexFolderError: It is missing or damaged, or the manifest does not agree with it.
        """
        access, entry = self._access, self._access.entry
        with access.reading():
            description = read_description(access.folder, entry.checksum)
            if (description.id, description.rows) != (entry.id, entry.rows):
                raise damaged(access.folder / DESCRIPTION, "it belongs to another segment")
            if lost := set(entry.removed) - {scene.id for scene in description.scenes}:
                manifest = access.index_folder / MANIFEST
                reason = f"it removes {min(lost)} from {entry.id}, which has no such scene"
                raise damaged(manifest, reason)
            return description

    @property
    def keys(self) -> list[SceneKey]:
        """The scenes that are searched, without opening the sidecar."""
        removed = self._access.entry.removed
        return [key for key in self.description.scenes if key.id not in removed]

    def numbers(self, ids: Set[str]) -> list[int]:
        """Return the numbers that ``scene_no`` has for some scenes, as far as they are here."""
        return [number for number, key in enumerate(self.description.scenes) if key.id in ids]

    def records(self) -> list[SceneRecord]:
        """Return the scenes that are searched, by id."""
        return [scene for _, scene in self.numbered()]

    def numbered(self) -> list[tuple[int, SceneRecord]]:
        """Return the scenes that are searched, and the number that ``scene_no`` has for each."""
        removed = self._access.entry.removed
        return [(n, scene) for n, scene in self._all().items() if scene.id not in removed]

    def of_kinds(self, kinds: Set[str]) -> list[int] | None:
        """Return the numbers of scenes of some kinds, ascending; None where all are.

        Raises:
            IndexFolderError: The sidecar is damaged.
        """
        others = {n for kind, numbers in self.kinds.items() if kind not in kinds for n in numbers}
        known = sum(map(len, self.kinds.values()))
        every = range(len(self.description.scenes))
        if known < len(every) and "unknown" not in kinds:  # no kinds were kept
            return sorted(n for kind in kinds for n in self.kinds.get(kind, ()))
        return sorted(set(every) - others) if others else None

    @cached_property
    def kinds(self) -> dict[str, list[int]]:
        """The numbers of scenes, ascending, by what they are; unknown ones may be left out.

        Raises:
            IndexFolderError: The sidecar is damaged.
        """
        found: dict[str, list[int]] = {}
        for number, kind in self._sidecar.kinds().items():
            found.setdefault(kind, []).append(number)
        return found

    def by_number(self, numbers: Set[int]) -> dict[int, SceneRecord]:
        """Return at least the scenes of some numbers, by their numbers.

        Raises:
            IndexFolderError: The sidecar is damaged.
        """
        missing = numbers - self._known.keys()
        if missing and len(self.description.scenes) <= _SCENES_AT_ONCE:
            # all in one go: to read a few takes longer than the rest of a search
            self._known = self._all()
            missing = numbers - self._known.keys()
        if missing:
            self._known |= self._as_described(self._sidecar.some_scenes(missing))
        return self._known

    def _all(self) -> dict[int, SceneRecord]:
        scenes = self._as_described(dict(enumerate(self._sidecar.scenes())))
        if len(scenes) != len(self.description.scenes):
            raise self._not_described()
        return scenes

    def _as_described(self, scenes: dict[int, SceneRecord]) -> dict[int, SceneRecord]:
        """Return scenes by their numbers; another segment's sidecar may have the same size."""
        keys = self.description.scenes
        for number, scene in scenes.items():
            if number >= len(keys) or scene.key != keys[number]:
                raise self._not_described()
        return scenes

    def _not_described(self) -> DamagedError:
        reason = f"its scenes are not those of {DESCRIPTION}"
        return damaged(self._access.folder / SIDECAR, reason)

    @cached_property
    def _sidecar(self) -> Sidecar:
        with self._access.reading():
            return Sidecar(self._access.require_file(SIDECAR))
