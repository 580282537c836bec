"""What an interrupted run had done: scenes that wait for their publication, and begun ones.

A scene that is being embedded has a folder ``NAME.unfinished``. Its chips come in parts, each
on the disk before the next one is begun; the next run goes on after the last part, if the
file has not changed. Once it is whole it is moved to its place. Searches never look here.

``scene.json`` or ``begun.json`` says for which index a folder was made: what does not say so is
neither taken nor removed.
"""

import json
import os
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.index.arrays.packed import Packed
from geosearch.index.files.durable import (
    WRITING,
    sync_all,
    write_durable,
    write_plain,
)
from geosearch.index.files.faults import BROKEN_DOCUMENT, DamagedError, occupied
from geosearch.index.files.hrefs import Hrefs
from geosearch.index.files.mapped import map_array
from geosearch.index.files.npz import arrays_in
from geosearch.index.files.own_files import file_size, read_file
from geosearch.index.folder.hold import Hold
from geosearch.index.folder.layout import STAGING
from geosearch.index.folder.ownership import (
    BEGUN,
    SCENE,
    STAGED_VECTORS,
    UNFINISHED,
    is_our_scene,
    is_staged_name,
    remove_scene,
)
from geosearch.index.generations.staged_columns import (
    PARTS,
    columns_bytes,
    columns_in,
    columns_name,
    read_columns,
)
from geosearch.index.records import (
    ChipBatch,
    IndexSpec,
    SceneKey,
    SceneRecord,
)

_MAX_BYTES = 1 << 28
"""Of the JSON file of a scene."""


@dataclass(frozen=True, slots=True)
class StagedScene:
    """A scene that waits in staging."""

    record: SceneRecord
    folder: Path
    chip_count: int

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the numbers of a `ChipBatch` but the vectors, by name."""
        parts = [read_columns(path) for path in self._paths]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def outlines(self) -> Iterator[Packed]:
        """Yield the footprints as WKB, part by part."""
        return self._packed("wkb", "starts")

    def ids(self) -> Iterator[Packed] | None:
        """Return the chips' own ids as UTF-8, part by part; None where they have none."""
        with columns_in(self._paths[0]) as first:
            return self._packed("ids", "id_starts") if "ids" in first.files else None

    def _packed(self, data: str, starts: str) -> Iterator[Packed]:
        for path in self._paths:
            with columns_in(path) as stored:
                packed = Packed(stored[data], stored[starts])
            yield packed

    @property
    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(PARTS))

    def vectors(self, dim: int, chips: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return the vectors of some chips, float16 [m, dim]."""
        mapped = map_array(self.folder / STAGED_VECTORS, "<f2", (self.chip_count, dim))
        return np.asarray(mapped[chips])


class UnfinishedScene:
    """A scene that is being embedded: the chips that are on the disk already."""

    def __init__(self, staging: "Staging", name: str, document: dict[str, Any], dim: int) -> None:
        """Go on with what an earlier run left of the same scene, if it did.

        Args:
            staging: Where it is.
            name: Of the folder where its parts are, or shall be.
            document: What must be the same for going on, as JSON values.
            dim: Length of a vector.
        """
        self._staging = staging
        self._name = name
        self._folder = staging.folder / name
        self._document = document
        self._row_bytes = 2 * dim
        self.windows_done = 0
        """How many of the scene's windows the parts cover, counted from the first."""
        self.chip_count = 0
        """Chips of the parts: windows that were left out are not among them."""
        self._parts = 0
        if not self._continues():
            staging.make_room(name)

    def _continues(self) -> bool:
        try:
            document = json.loads(read_file(self._folder / BEGUN, _MAX_BYTES))
            parts = sorted(self._folder.glob(PARTS))
            for path in parts:
                with arrays_in(path) as stored:
                    windows_done = int(stored["windows_done"])
                    self.chip_count += len(stored["valid"])
            vectors = file_size(self._folder / STAGED_VECTORS)
            whole = vectors >= self.chip_count * self._row_bytes
        except (DamagedError, *BROKEN_DOCUMENT):
            parts, whole = [], False
        if not parts or not whole or document != self._document:
            self.chip_count = 0
            return False
        self.windows_done, self._parts = windows_done, len(parts)
        return True

    def add(self, batch: ChipBatch, windows_done: int) -> None:
        """Store the next chips of the scene where they survive a crash.

        Args:
            batch: Chips of the windows that follow those of the part before.
            windows_done: How many windows all parts cover now.
        """
        index_id = self._staging.index_id
        self._staging.require_same()
        if not self._parts:
            self._folder.mkdir(exist_ok=True)
            data = json.dumps(self._document).encode()
            write_durable(self._folder / BEGUN, data, index_id)
        with self._append(batch) as vectors:
            os.fsync(vectors.fileno())
        # the columns come last: a part without them is overwritten by the next run
        path = self._folder / columns_name(self._parts)
        write_durable(path, columns_bytes(batch, windows_done), index_id)
        self.windows_done = windows_done
        self.chip_count += len(batch.valid)
        self._parts += 1

    def finish(self, batch: ChipBatch, scene: dict[str, Any], name: str) -> None:
        """Store the last chips, and move the scene to its place: it is there whole, or not at all.

        Args:
            batch: Chips of the windows that are left; there may be none.
            scene: What ``scene.json`` shall say.
            name: Of its folder from now on.
        """
        data = json.dumps(scene).encode()
        if self._parts:  # a run that dies here finds all of it
            self.add(batch, self._document["windows"])
            write_plain(self._folder / SCENE, data)
        else:
            self._staging.require_same()
            self._folder.mkdir(exist_ok=True)
            write_plain(self._folder / SCENE, data)  # first: it says whose the folder is
            self._append(batch).close()
            path = self._folder / columns_name(0)
            write_plain(path, columns_bytes(batch, self._document["windows"]))
        sync_all(self._folder)
        self._staging.move(self._name, name)

    def _append(self, batch: ChipBatch) -> BinaryIO:
        """Write vectors behind those of the whole parts, and return the file, flushed."""
        path = self._folder / STAGED_VECTORS
        file = os.fdopen(os.open(path, WRITING, 0o666), "wb")
        try:
            file.truncate(self.chip_count * self._row_bytes)
            file.seek(0, os.SEEK_END)
            file.write(np.ascontiguousarray(batch.vectors.astype("<f2")).data)
            file.flush()
        except OSError:
            file.close()
            raise
        return file


class Staging:
    """The staging folder of one writer, for chips that are cut and embedded in one way."""

    def __init__(self, hold: Hold, spec: IndexSpec) -> None:
        """Take the folder, made if it is not there.

        Raises:
            IndexFolderError: A link or something else stands in its place.
        """
        hold.root.made(STAGING).close()
        self.folder = hold.folder / STAGING
        """Where it is."""
        self.index_id = hold.index_id
        """Id of the index."""
        self._hold = hold
        self._hrefs = Hrefs(hold.folder)
        self._way = json.loads(json.dumps([*spec.vectors_agree_with, spec.chips.min_valid]))
        self._dim = spec.dim

    def holds(self, key: SceneKey) -> bool:
        """Say whether a scene is staged as its file is now."""
        staged = self._read(self._name(key.id))
        return staged is not None and staged.record.key == key

    def chip_count(self, scene_id: str) -> int:
        """Return how many chips a scene has that is staged; 0 for another."""
        staged = self._read(self._name(scene_id))
        return 0 if staged is None else staged.chip_count

    def begin(self, record: SceneRecord, windows: int, order: str = "") -> UnfinishedScene:
        """Return what is on the disk of a scene, for adding to it.

        Args:
            record: The scene, as far as it is known before its pixels are read.
            windows: How many windows it is cut into.
            order: A hash of them: those of a run with other memory come in another order.
        """
        document = self._document(record) | {"windows": windows, "order": order}
        document = json.loads(json.dumps(document))
        return UnfinishedScene(self, self._name(record.id) + UNFINISHED, document, self._dim)

    def finish(self, unfinished: UnfinishedScene, record: SceneRecord, batch: ChipBatch) -> None:
        """Store the last chips of a scene and all that is known of it now."""
        unfinished.finish(batch, self._document(record), self._name(record.id))

    def put(self, record: SceneRecord, batch: ChipBatch) -> None:
        """Store a scene at once; it is there whole, or not at all."""
        self.make_room(self._name(record.id) + UNFINISHED)
        self.finish(self.begin(record, len(batch.windows)), record, batch)

    def _document(self, record: SceneRecord) -> dict[str, Any]:
        scene = record.to_plain(self._hrefs.stored(record.href))
        return {"index": self.index_id, "way": self._way, "scene": scene}

    def scenes(self) -> list[StagedScene]:
        """Return all staged scenes of this way of cutting and embedding, by id."""
        names = (name for name in self._names() if not name.endswith(UNFINISHED))
        staged = (self._read(name) for name in names)
        return sorted((one for one in staged if one), key=lambda one: one.record.id)

    def forget(self, scenes: Iterable[StagedScene]) -> None:
        """Forget scenes that are published."""
        self._remove(scene.folder.name for scene in scenes)

    def clear(self) -> None:
        """Forget all that is staged, and all that was begun."""
        self._remove(self._names())

    def sweep(self, published: Set[SceneKey]) -> int:
        """Forget what no next run would take, and return how many scenes wait for it.

        Args:
            published: Scenes as they are in the index already.
        """
        waiting = {one.folder.name for one in self.scenes() if one.record.key not in published}
        names = [name for name in self._names() if not name.endswith(UNFINISHED)]
        self._remove(name for name in names if name not in waiting)
        return len(waiting)

    def require_same(self) -> None:
        """Refuse to write where the index is not what was locked.

        Raises:
            IndexFolderError: It was moved, deleted or replaced.
        """
        self._hold.require_place()

    def make_room(self, name: str) -> None:
        """Remove what an earlier run left of a scene.

        Args:
            name: Its folder, named by a hash of the index's id: nobody else comes upon it.

        Raises:
            IndexFolderError: Something stands there that geosearch did not make.
        """
        with self._hold.root.inner(STAGING) as folder:
            if folder.stat(name) is None:
                return
            remove_scene(folder, name, self.index_id)
            if folder.stat(name) is not None:
                raise occupied(self.folder / name, "it holds what geosearch did not make")

    def move(self, name: str, place: str) -> None:
        """Move a finished scene to its place, in which another may stand."""
        self.make_room(place)
        self.require_same()
        with self._hold.root.inner(STAGING) as folder:
            folder.rename(name, folder, place)
            folder.sync()

    def _names(self) -> list[str]:
        with self._hold.root.inner(STAGING) as folder:
            return [name for name in folder.names() if is_staged_name(name)]

    def _remove(self, names: Iterable[str]) -> None:
        with self._hold.root.inner(STAGING) as folder:
            for name in names:
                if is_our_scene(folder, name, self.index_id):
                    remove_scene(folder, name, self.index_id)
                else:  # a run that was killed while it removed one may have left it empty
                    folder.remove_empty(name)

    def _name(self, scene_id: str) -> str:
        # nobody else has drawn the index's id: no folder has this name by chance
        return sha256(f"{self.index_id}/{scene_id}".encode()).hexdigest()[:32]

    def _read(self, name: str) -> StagedScene | None:
        """Return a staged scene; None where it is damaged, of another index or another way."""
        place = self.folder / name
        try:
            document = json.loads(read_file(place / SCENE, _MAX_BYTES))
            if document["index"] != self.index_id or document["way"] != self._way:
                return None
            chips = file_size(place / STAGED_VECTORS) // (2 * self._dim)
            scene = document["scene"]
            opened = scene | {"href": self._hrefs.opened(scene["href"])}
            record = SceneRecord.from_plain(opened)
        except (DamagedError, *BROKEN_DOCUMENT, shapely.errors.ShapelyError):
            return None
        return StagedScene(record, place, chips) if self._name(record.id) == name else None
