"""An index of every kind of file, and all that can be asked of it."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import geosearch
from geosearch.index import Generation, IndexWriter, open_index
from geosearch.search import make_filter, search
from support.small_index import SPEC, chips, record, unit

FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"bbox": (0.35, 0.2, 2.42, 0.9)},
    {"datetime": "2020-01-02/.."},
    {"max_cloud": 0.4},
    {"max_gsd": 100},
)


def make(folder: Path) -> None:
    """Two segments with approximate tiers, one with ids of its own; rows and a scene removed."""
    with IndexWriter(folder, SPEC, ann="ivfpq", queries=lambda: np.stack([unit(8)])) as writer:
        own = np.array([f"own {at}" if at % 3 else "" for at in range(100)], object)
        writer.stage(record(0), replace(chips(0), ids=own))
        writer.stage(record(1), chips(1))
        writer.publish()
    with IndexWriter(folder, SPEC, ann="ivfpq") as writer:
        writer.stage(record(2), chips(2))
        writer.stage(record(3), chips(3))
        writer.publish()
    geosearch.remove(folder, bbox="0.02,0,0.03,1")
    geosearch.remove(folder, scenes=["scene3.tif"])


def files_of(folder: Path) -> list[str]:
    """Return the files that the published generation has."""
    opened = open_index(folder)
    names = ["manifest.json"]
    for segment in opened.segments:
        names += [f"segments/{segment.id}/{name}" for name in segment.entry.files]
        if segment.entry.removed_rows:
            names.append(f"removed/{segment.entry.removed_rows}")
    return sorted(names)


def answers(index: Generation) -> list[object]:
    """Return what an index answers to all kinds of questions."""
    found: list[object] = []
    for seed, tier in ((1, "exact"), (2, "ivfpq"), (3, "auto")):
        for wanted in FILTERS:
            hits, _ = search(index, unit(seed), filter=make_filter(**wanted), k=60, tier=tier)  # type: ignore[arg-type]
            found.append([(hit.id, hit.score, hit.datetime, hit.footprint.wkb) for hit in hits])
    return [*found, index.scenes, index.scene_ids]


def copied(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target
