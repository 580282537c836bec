"""Finished scenes that wait for their publication; what an interrupted run had done.

A scene is written to a folder of its own and moved to its place when it is whole and
on the disk. Searches never look here.
"""

import json
from collections.abc import Iterator, Set
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.index.durable import move_durable, remove_folder
from geosearch.index.records import ChipBatch, IndexSpec, SceneKey, SceneRecord

STAGING = "staging"

_SCENE = "scene.json"
_COLUMNS = "columns.npz"
_VECTORS = "vectors.f16"


@dataclass(frozen=True, slots=True)
class StagedScene:
    """A scene that waits in staging."""

    record: SceneRecord
    folder: Path

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns of a `ChipBatch` but the vectors."""
        with np.load(self.folder / _COLUMNS, allow_pickle=False) as stored:
            columns = {name: stored[name] for name in ("windows", "size_m", "valid")}
            count = len(columns["valid"])
            # what waits since format 2 has neither
            for name, value in (("cloud", np.nan), ("gsd_m", self.record.gsd_m)):
                there = name in stored.files
                columns[name] = stored[name] if there else np.full(count, value, np.float32)
            wkb, starts = stored["wkb"].tobytes(), stored["starts"]
        parts = [wkb[start:stop] for start, stop in pairwise(starts)]
        columns["footprints"] = np.asarray(shapely.from_wkb(np.array(parts, dtype=object)))
        return columns

    def vectors(self, dim: int) -> NDArray[np.float16]:
        """Return the vectors float16 [n, dim]."""
        return np.fromfile(self.folder / _VECTORS, dtype="<f2").reshape(-1, dim)


class Staging:
    """The staging folder of one writer, for chips that are cut and embedded in one way."""

    def __init__(self, index_folder: Path, spec: IndexSpec) -> None:
        self._folder = index_folder / STAGING
        self._folder.mkdir(parents=True, exist_ok=True)
        for unfinished in self._folder.glob("*.part"):
            remove_folder(unfinished)
        self._way = json.loads(json.dumps([*spec.vectors_agree_with, spec.min_valid]))

    def holds(self, key: SceneKey) -> bool:
        """Say whether a scene is staged as its file is now."""
        staged = self._read(self._place(key.id))
        return staged is not None and staged.record.key == key

    def put(self, record: SceneRecord, batch: ChipBatch) -> None:
        """Store a finished scene; it is there whole, or not at all."""
        place = self._place(record.id)
        part = place.with_suffix(".part")
        remove_folder(part)
        part.mkdir()
        document = {"way": self._way, "scene": scene_values(record)}
        (part / _SCENE).write_text(json.dumps(document), encoding="utf-8")
        wkb = [bytes(one) for one in shapely.to_wkb(batch.footprints, byte_order=1)]
        np.savez(
            part / _COLUMNS,
            windows=batch.windows.astype(np.int32),
            size_m=batch.size_m.astype(np.float32),
            valid=batch.valid.astype(np.float32),
            cloud=batch.cloud.astype(np.float32),
            gsd_m=batch.gsd_m.astype(np.float32),
            wkb=np.frombuffer(b"".join(wkb), dtype=np.uint8),
            starts=np.concatenate([[0], np.cumsum([len(one) for one in wkb])]).astype(np.int64),
        )
        batch.vectors.astype("<f2").tofile(part / _VECTORS)
        remove_folder(place)
        move_durable(part, place)

    def scenes(self) -> list[StagedScene]:
        """Return all staged scenes of this way of cutting and embedding, by id."""
        staged = (self._read(place) for place in self._places())
        return sorted((one for one in staged if one), key=lambda one: one.record.id)

    def clear(self) -> None:
        """Forget all that is staged."""
        for place in list(self._folder.iterdir()):
            remove_folder(place)

    def sweep(self, published: Set[SceneKey]) -> int:
        """Forget what no next run would take, and return how many scenes wait for it.

        Args:
            published: Scenes as they are in the index already.
        """
        waiting = {one.folder for one in self.scenes() if one.record.key not in published}
        for place in list(self._folder.iterdir()):
            if place not in waiting:
                remove_folder(place)
        return len(waiting)

    def _places(self) -> Iterator[Path]:
        return (path for path in self._folder.iterdir() if path.is_dir() and not path.suffix)

    def _place(self, scene_id: str) -> Path:
        return self._folder / sha256(scene_id.encode()).hexdigest()[:32]

    def _read(self, place: Path) -> StagedScene | None:
        try:
            document = json.loads((place / _SCENE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if document["way"] != self._way:
            return None
        return StagedScene(SceneRecord.from_plain(document["scene"]), place)


def scene_values(record: SceneRecord) -> dict[str, Any]:
    """Return a scene as JSON values."""
    return asdict(record) | {"outline": shapely.to_wkb(record.outline, hex=True)}
