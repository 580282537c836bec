"""Building the index that is searched, and what that costs."""

import json
import resource
from pathlib import Path
from time import perf_counter

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.cases.archive import Base, GrownArchive, Part
from geosearch.chips import ResolvedChips
from geosearch.index import ChipBatch, IndexSpec, IndexWriter, SceneRecord
from geosearch.reporting import CONSOLE

_SCENES_A_PART = 64


def build(
    base: Base,
    texts: NDArray[np.float32],
    folder: Path,
    rows: int,
    *,
    memory_bytes: int | None,
    widths: int,
) -> dict[str, float]:
    """Build the index, and return what that cost; of one from an earlier run, what it cost then.

    Scenes take turns to have one of ``widths`` resolutions, each twice as coarse as the last.
    """
    kept = folder.with_name(f"{folder.name}.built.json")
    if (folder / "manifest.json").exists():
        earlier: dict[str, float] = json.loads(kept.read_text())
        return earlier
    dim = base.images.shape[1]
    spec = IndexSpec("unknown", f"bench-{dim}", dim, "float32", None, ResolvedChips(1, 1, 0.0))
    archive = GrownArchive(base)
    with IndexWriter(
        folder, spec, max_rows=rows, memory_bytes=memory_bytes, queries=lambda: texts
    ) as writer:
        record = _record("archive.parquet", rows)
        unfinished = writer.begin(record, rows)
        started, done = perf_counter(), 0
        with CONSOLE.track("staging", rows, "chips") as advance:
            while done < rows:
                part = archive.part(_SCENES_A_PART)
                count = min(rows - done, len(part.scene))
                writer.add(unfinished, record, _batch(part, done, count, widths), done + count)
                done += count
                advance(count)
        writer.finish(unfinished, record, _batch(part, 0, 0, widths))
        staged = perf_counter()
        CONSOLE.say("publishing")
        writer.publish()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    built = {
        "staging_s": staged - started,
        "publishing_s": perf_counter() - staged,
        "peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "disk_bytes": size,
    }
    kept.write_text(json.dumps(built) + "\n")
    return built


def _record(name: str, rows: int) -> SceneRecord:
    return SceneRecord(
        id=name, href=f"/nowhere/{name}", size_bytes=1, state="1", width_px=rows, height_px=1,
        crs="EPSG:4326", gsd_m=1.0, datetime=None, datetime_source=None, bands=(1, 1, 1),
        stretch=None, outline=shapely.box(-180, -90, 180, 90), chips_skipped=0,
    )  # fmt: skip


def _batch(part: Part, first: int, count: int, widths: int) -> ChipBatch:
    numbers = np.arange(first, first + count)
    windows = np.ones((count, 4), np.int32)
    windows[:, 0], windows[:, 1] = numbers, 0
    return ChipBatch(
        windows=windows,
        footprints=shapely.box(*part.bounds[:count].T),
        size_m=np.full((count, 2), 200, np.float32),
        valid=np.ones(count, np.float32),
        cloud=np.full(count, np.nan, np.float32),
        gsd_m=(2.0 ** (part.scene[:count] % widths)).astype(np.float32),
        vectors=part.vectors[:count].astype(np.float32),
        ids=np.array([f"chip{number}" for number in numbers], dtype=object),
        time_ms=part.time_ms[:count],
    )
