"""What an interrupted run had done: scenes that wait for their publication, and begun ones.

A scene that is being embedded has a folder ``NAME.unfinished``. Its chips come in parts, each
on the disk before the next one is begun; the next run goes on after the last part, if the
file has not changed. Once it is whole it is moved to its place. Searches never look here.
"""

import json
import os
from collections.abc import Iterable, Iterator, Set
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.index.durable import move_durable, remove_folder, write_durable
from geosearch.index.hrefs import Hrefs
from geosearch.index.packed import Packed, pack_shapes
from geosearch.index.records import ChipBatch, IndexSpec, SceneKey, SceneRecord

STAGING = "staging"

_SCENE = "scene.json"
_BEGUN = "begun.json"
_PARTS = "columns-*.npz"
"""Columns of the parts."""
_VECTORS = "vectors.f16"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class StagedScene:
    """A scene that waits in staging."""

    record: SceneRecord
    folder: Path
    chip_count: int

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the numbers of a `ChipBatch` but the vectors, by name."""
        parts = [_read_columns(path) for path in self._paths]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def outlines(self) -> Iterator[Packed]:
        """Yield the footprints as WKB, part by part."""
        return self._packed("wkb", "starts")

    def ids(self) -> Iterator[Packed] | None:
        """Return the chips' own ids as UTF-8, part by part; None where they have none."""
        with np.load(self._paths[0], allow_pickle=False) as first:
            return self._packed("ids", "id_starts") if "ids" in first.files else None

    def _packed(self, data: str, starts: str) -> Iterator[Packed]:
        for path in self._paths:
            with np.load(path, allow_pickle=False) as stored:
                yield Packed(stored[data], stored[starts])

    @property
    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(_PARTS))

    def vectors(self, dim: int, chips: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return the vectors of some chips, float16 [m, dim]."""
        if not len(chips):  # an empty file cannot be mapped
            return np.zeros((0, dim), np.float16)
        shape = (self.chip_count, dim)
        mapped = np.memmap(self.folder / _VECTORS, dtype="<f2", mode="r", shape=shape)
        return np.asarray(mapped[chips])


class UnfinishedScene:
    """A scene that is being embedded: the chips that are on the disk already."""

    def __init__(self, folder: Path, document: dict[str, Any], dim: int) -> None:
        """Go on with what an earlier run left of the same scene, if it did.

        Args:
            folder: Where its parts are, or shall be.
            document: What must be the same for going on, as JSON values.
            dim: Length of a vector.
        """
        self._folder = folder
        self._document = document
        self._row_bytes = 2 * dim
        self.windows_done = 0
        """How many of the scene's windows the parts cover, counted from the first."""
        self.chip_count = 0
        """Chips of the parts: windows that were left out are not among them."""
        self._parts = 0
        if not self._continues():
            remove_folder(folder)

    def _continues(self) -> bool:
        try:
            document = json.loads((self._folder / _BEGUN).read_text(encoding="utf-8"))
            parts = sorted(self._folder.glob(_PARTS))
            for path in parts:
                with np.load(path, allow_pickle=False) as stored:
                    windows_done = int(stored["windows_done"])
                    self.chip_count += len(stored["valid"])
            whole = (self._folder / _VECTORS).stat().st_size >= self.chip_count * self._row_bytes
        except (FileNotFoundError, ValueError, KeyError, EOFError, BadZipFile):
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
        if not self._parts:
            self._folder.mkdir(exist_ok=True)
            write_durable(self._folder / _BEGUN, json.dumps(self._document).encode())
        with self._append(batch) as vectors:
            os.fsync(vectors.fileno())
        # the columns come last: a part without them is overwritten by the next run
        path = self._folder / _columns_name(self._parts)
        write_durable(path, _columns_bytes(batch, windows_done))
        self.windows_done = windows_done
        self.chip_count += len(batch.valid)
        self._parts += 1

    def finish(self, batch: ChipBatch, scene: dict[str, Any], place: Path) -> None:
        """Store the last chips, and move the scene to its place: it is there whole, or not at all.

        Args:
            batch: Chips of the windows that are left; there may be none.
            scene: What ``scene.json`` shall say.
            place: Its folder from now on.
        """
        if self._parts:  # a run that dies here finds all of it
            self.add(batch, self._document["windows"])
        else:
            self._folder.mkdir(exist_ok=True)
            self._append(batch).close()
            path = self._folder / _columns_name(0)
            path.write_bytes(_columns_bytes(batch, self._document["windows"]))
        (self._folder / _SCENE).write_text(json.dumps(scene), encoding="utf-8")
        remove_folder(place)
        move_durable(self._folder, place)

    def _append(self, batch: ChipBatch) -> Any:
        """Write vectors behind those of the whole parts, and return the file, flushed."""
        path = self._folder / _VECTORS
        path.touch()
        file = path.open("r+b")
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

    def __init__(self, index_folder: Path, spec: IndexSpec) -> None:
        self._folder = index_folder / STAGING
        self._folder.mkdir(parents=True, exist_ok=True)
        self._hrefs = Hrefs(self._folder.parent)
        self._way = json.loads(json.dumps([*spec.vectors_agree_with, spec.min_valid]))
        self._dim = spec.dim

    def holds(self, key: SceneKey) -> bool:
        """Say whether a scene is staged as its file is now."""
        staged = self._read(self._place(key.id))
        return staged is not None and staged.record.key == key

    def chip_count(self, scene_id: str) -> int:
        """Return how many chips a scene has that is staged; 0 for another."""
        staged = self._read(self._place(scene_id))
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
        return UnfinishedScene(self._unfinished(record.id), document, self._dim)

    def finish(self, unfinished: UnfinishedScene, record: SceneRecord, batch: ChipBatch) -> None:
        """Store the last chips of a scene and all that is known of it now."""
        unfinished.finish(batch, self._document(record), self._place(record.id))

    def put(self, record: SceneRecord, batch: ChipBatch) -> None:
        """Store a scene at once; it is there whole, or not at all."""
        remove_folder(self._unfinished(record.id))
        self.finish(self.begin(record, len(batch.windows)), record, batch)

    def _document(self, record: SceneRecord) -> dict[str, Any]:
        return {"way": self._way, "scene": scene_values(record, self._hrefs)}

    def scenes(self) -> list[StagedScene]:
        """Return all staged scenes of this way of cutting and embedding, by id."""
        staged = (self._read(place) for place in self._places())
        return sorted((one for one in staged if one), key=lambda one: one.record.id)

    def forget(self, scenes: Iterable[StagedScene]) -> None:
        """Forget scenes that are published."""
        for scene in scenes:
            remove_folder(scene.folder)

    def clear(self) -> None:
        """Forget all that is staged, and all that was begun."""
        for place in list(self._folder.iterdir()):
            remove_folder(place)

    def sweep(self, published: Set[SceneKey]) -> int:
        """Forget what no next run would take, and return how many scenes wait for it.

        Args:
            published: Scenes as they are in the index already.
        """
        waiting = {one.folder for one in self.scenes() if one.record.key not in published}
        for place in list(self._folder.iterdir()):
            if place not in waiting and place.suffix != _UNFINISHED:
                remove_folder(place)
        return len(waiting)

    def _places(self) -> Iterator[Path]:
        return (path for path in self._folder.iterdir() if path.is_dir() and not path.suffix)

    def _place(self, scene_id: str) -> Path:
        return self._folder / sha256(scene_id.encode()).hexdigest()[:32]

    def _unfinished(self, scene_id: str) -> Path:
        return self._place(scene_id).with_suffix(_UNFINISHED)

    def _read(self, place: Path) -> StagedScene | None:
        try:
            document = json.loads((place / _SCENE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if document["way"] != self._way:
            return None
        chips = (place / _VECTORS).stat().st_size // (2 * self._dim)
        scene = document["scene"]
        opened = scene | {"href": self._hrefs.opened(scene["href"])}
        return StagedScene(SceneRecord.from_plain(opened), place, chips)


def _columns_name(part: int) -> str:
    return f"columns-{part:06d}.npz"


def _columns_bytes(batch: ChipBatch, windows_done: int) -> bytes:
    outlines = pack_shapes(batch.footprints)
    own: dict[str, Any] = {}
    if batch.ids is not None:
        ids = Packed.of([one.encode() for one in batch.ids])
        own |= {"ids": ids.data, "id_starts": ids.starts}
    if batch.time_ms is not None:
        own["time_ms"] = batch.time_ms.astype(np.int64)
    file = BytesIO()
    np.savez(
        file,
        windows=batch.windows.astype(np.int32),
        size_m=batch.size_m.astype(np.float32),
        valid=batch.valid.astype(np.float32),
        cloud=batch.cloud.astype(np.float32),
        gsd_m=batch.gsd_m.astype(np.float32),
        wkb=outlines.data,
        starts=outlines.starts,
        windows_done=np.int64(windows_done),
        **own,
    )
    return file.getvalue()


def _read_columns(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as stored:
        names = ("windows", "size_m", "valid", "cloud", "gsd_m")
        times = ("time_ms",) if "time_ms" in stored.files else ()  # only where chips have their own
        return {name: stored[name] for name in (*names, *times)}


def scene_values(record: SceneRecord, hrefs: Hrefs) -> dict[str, Any]:
    """Return a scene as JSON values, as it is stored."""
    href = hrefs.stored(record.href)
    return asdict(record) | {"href": href, "outline": shapely.to_wkb(record.outline, hex=True)}
