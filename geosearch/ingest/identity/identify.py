"""Which scene of an index a file is: one question with one answer, before its pixels are read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from geosearch.index import SceneRecord
from geosearch.ingest.identity.comparison import (
    is_unchanged,
    require_unchanged,
    same_content,
    same_picture,
)
from geosearch.ingest.identity.scene_ids import SceneIds
from geosearch.ingest.identity.scene_record import scene_record
from geosearch.ingest.run.settings import RunSettings
from geosearch.scenes import (
    Scene,
    SceneFile,
    SceneState,
    files_are_missing,
    scene_state,
    without_secrets,
)
from geosearch.stopwatch import Stopwatch

IdentityKind = Literal["unchanged", "relocated", "staged", "replaced", "new"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which scene of an index a file is, and what is to become of it."""

    kind: IdentityKind
    """``unchanged``: the index has it as it is. ``relocated``: its file has another place, name or
    time now, and its chips are kept. ``staged``: an interrupted run had finished it. ``replaced``:
    its chips are embedded again. ``new``: the index does not have it."""
    file: SceneFile
    """The file, with the id that the scene has from now on."""
    before: SceneRecord | None = None
    """The scene as the index or the interrupted run has it; None for a new one."""
    now: SceneRecord | None = None
    """A relocated scene as it is now."""
    scene: Scene | None = None
    """The scene, if it was opened to tell; it need not be opened again."""


class Identifier:
    """Answers for each file that is to be indexed which scene it is."""

    def __init__(
        self,
        settings: RunSettings,
        published: Sequence[SceneRecord],
        staged: Sequence[SceneRecord],
        watch: Stopwatch,
    ) -> None:
        """Find which scene has which file, and which have lost their file.

        Args:
            settings: What there is to index, and how scenes are opened.
            published: Scenes of the index.
            staged: Scenes that an interrupted run had finished.
            watch: Measures opening and hashing.
        """
        self._settings = settings
        self._watch = watch
        self._published = {record.id: record for record in published}
        self._staged = {record.id: record for record in staged}
        self.ids = SceneIds(settings.found.files, [*published, *staged])
        """The files with their ids."""
        self._lost: dict[int, list[SceneRecord]] = defaultdict(list)
        for record in published:
            if record.id in self.ids.lost:
                self._lost[record.size_bytes].append(record)
        self._kept: set[str] = set()

    def identify(self, file: SceneFile) -> Identity:
        """Return which scene a file is.

        Only a file of the right size is hashed, and none of which only the STAC Item changed.

        Args:
            file: One of `ids`' files.

        Raises:
            SceneError: It cannot be opened, or it changed while it was compared.
            OSError: It cannot be read.
        """
        before = self._published.get(file.id)
        refers_to = () if before is None else before.refers_to
        state = scene_state(file, refers_to)
        if before is not None and is_unchanged(before, file, state):
            return self._unchanged(file, before)
        scene = None
        lost = self._of_its_content(file, state)
        if lost is not None:
            scene = self._opened(file, lost)
            relocated = self._relocated(file, scene, lost)
            if relocated is not None:
                require_unchanged(file, refers_to, state)
                self._kept.add(lost.id)
                return relocated
        file = self.ids.with_own_id(file)
        staged = self._staged.get(file.id)
        if staged is not None and is_unchanged(staged, file, scene_state(file, staged.refers_to)):
            return Identity("staged", file, staged)
        before = self._published.get(file.id)
        opened = None if scene is None else replace(scene, id=file.id)
        return Identity("new" if before is None else "replaced", file, before, scene=opened)

    def _unchanged(self, file: SceneFile, before: SceneRecord) -> Identity:
        """Return what an unchanged scene is: its file may be at another place now."""
        place = without_secrets(file.href)
        if place == before.href or not files_are_missing(before.href):
            return Identity("unchanged", file, before)
        self._kept.add(before.id)
        return Identity("relocated", file, before, replace(before, href=place))

    def _of_its_content(self, file: SceneFile, state: SceneState) -> SceneRecord | None:
        """Return the scene that has a file's content and has no file yet; None if there is none."""
        with self._watch.time("hash"):
            before = self._of_same_content(file, state)
        return None if before is None or before.id in self._kept else before

    def _opened(self, file: SceneFile, before: SceneRecord) -> Scene:
        """Open a file that has a scene's content."""
        with self._watch.time("open"):
            return self._settings.open(self._own(file, before))

    def _own(self, file: SceneFile, before: SceneRecord) -> SceneFile:
        return file if before.id == file.id else self.ids.with_own_id(file)

    def _relocated(self, file: SceneFile, scene: Scene, before: SceneRecord) -> Identity | None:
        """Return what a file is if it shows the picture of a scene; else None."""
        now = scene_record(
            self._settings, scene, chips_skipped=before.chips_skipped, sha256=before.sha256
        )
        if not same_picture(before, now):
            return None
        return Identity("relocated", self._own(file, before), before, now)

    def _of_same_content(self, file: SceneFile, state: SceneState) -> SceneRecord | None:
        """Return the scene that a new or touched file was, if its content is the same."""
        named = self._published.get(file.id)
        if (
            named is not None
            and self.ids.are_same(named.href, file.href)
            and state.has_files_of(named.state)
        ):
            return named
        candidates = list(self._lost.get(state.size_bytes, ()))
        if named is not None and named.size_bytes == state.size_bytes:
            candidates.append(named)
        return same_content(file, candidates)
