"""Vectors that were made elsewhere become chips of an index, streaming.

A file becomes a scene, and a row a chip; each row counts as one pixel. Rows are staged some tens of
thousands at a time: a run that was killed goes on after the last ones.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.chips import ResolvedChips
from geosearch.errors import Refusal, UsageError
from geosearch.formats.vectors.parquet_reader import VectorFile, VectorRows, file_state
from geosearch.formats.vectors.scene_names import scene_names
from geosearch.geo import box_sizes_m
from geosearch.index import (
    MANIFEST,
    UNKNOWN_ENCODER,
    AnnChoice,
    ChipBatch,
    IndexSpec,
    IndexWriter,
    SceneRecord,
    memory_budget,
    open_index,
    rows_within,
)
from geosearch.message import Message
from geosearch.reporting import LOG, Reporter, warn_refused
from geosearch.text import shown

_NAMED = 5
"""Rows that are named per reason."""
_EARTH = shapely.box(-180, -90, 180, 90)


@dataclass(frozen=True, slots=True)
class VectorImport:
    """What an import did."""

    files: tuple[str, ...]
    """Ids of the scenes that were added: the files' names, longer where the index has others of
    that name."""
    unchanged: tuple[str, ...]
    """Ids of those that the index had already."""
    chips: int
    """Rows that were added."""
    left_out: dict[str, int]
    """Reason to the number of rows that were left out."""
    left_out_rows: dict[str, dict[str, tuple[int, ...]]]
    """Reason to the files' ids and the numbers of the first few of these rows, from 0."""
    chips_total: int
    """Chips in the index afterwards."""
    mergeable_tiers: int = 0
    """Segments with an approximate tier each that `geosearch.compact` would merge, if there are
    enough of them to slow searches; else 0."""
    refused: tuple[Refusal, ...] = ()
    """Files that are damaged, or hold no row that can be used, where others were taken."""
    notes: tuple[str, ...] = ()
    """What the user should know of how files were read, one line each."""


@dataclass(slots=True)
class _LeftOut:
    """Rows that were left out so far, and what the user should know of others."""

    counts: Counter[str] = field(default_factory=Counter)
    """Reason to the number of rows."""
    first: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    """Reason to the files, and the numbers of the first few of them."""
    notes: list[str] = field(default_factory=list)
    """One line each."""

    def add(self, reason: str, file: str, numbers: NDArray[np.int64]) -> None:
        """Count rows of a file."""
        self.counts[reason] += len(numbers)
        named = self.first.setdefault(reason, {})
        some = (*named.get(file, ()), *numbers[:_NAMED].tolist())
        if file in named or len(named) < _NAMED:
            named[file] = some[:_NAMED]

    def summary(self) -> str:
        """Return the reasons of one file, as the end of a sentence."""
        return "; ".join(
            f"{count} with {reason} (row {', '.join(map(str, *self.first[reason].values()))})"
            for reason, count in self.counts.items()
        )


def _spec_of(file: VectorFile) -> IndexSpec:
    """Return how the file says its vectors were made; else the spec of an unknown encoder."""
    own = file.metadata.get("spec")
    if isinstance(own, dict):
        try:
            return replace(IndexSpec.from_plain(own), dim=file.dim, weights=None)
        except (TypeError, ValueError):
            pass  # another's metadata under our name: then it says nothing
    return IndexSpec(
        encoder=UNKNOWN_ENCODER,
        fingerprint=f"{UNKNOWN_ENCODER}-{file.dim}",
        dim=file.dim,
        precision="float32",
        weights=None,
        chips=ResolvedChips(size_px=1, stride_px=1, min_valid=0.0),
    )


def agreed_spec(files: Sequence[VectorFile]) -> IndexSpec:
    """Return how the files say their vectors were made; else the spec of an unknown encoder.

    Raises:
        UsageError: They disagree.
    """
    specs = [_spec_of(file) for file in files]
    for file, spec in zip(files, specs, strict=True):
        if spec.vectors_agree_with != specs[0].vectors_agree_with:
            raise UsageError(
                f"{file.name} holds {spec.dim}-number vectors of {spec.fingerprint}, "
                f"but {files[0].name} {specs[0].dim}-number vectors of {specs[0].fingerprint}",
                hint="import them into separate indexes",
                parameter="files",
            )
    return specs[0]


def import_vectors(
    files: Sequence[VectorFile],
    folder: Path,
    spec: IndexSpec,
    *,
    ann: AnnChoice = "auto",
    memory_bytes: int | None = None,
    queries: Callable[[], NDArray[np.float32] | None] = lambda: None,
    phrases: Callable[[], NDArray[np.float32] | None] = lambda: None,
    reporter: Reporter = LOG,
) -> VectorImport:
    """Add files of vectors to an index, made if it is not there.

    Args:
        files: Opened; those that the index already has, unchanged, are skipped.
        folder: The index.
        spec: How the vectors were made.
        ann: ``auto``, ``flat`` or ``ivfpq``.
        memory_bytes: Maximum memory, not counting the encoder and mapped vectors; None for half
            of the machine's.
        queries: Returns embedded texts, float32 [q, dim], to measure the approximate tier with.
        phrases: Returns the embedded phrases of the bank, float32 [206, dim].
        reporter: Receives the progress.

    Raises:
        UsageError: Every file is damaged or has no usable row; where other files can be read,
            such a file is refused in the result instead.
        IndexFolderError: The index cannot be written, or was built in another way.
    """
    added, unchanged, refused, chips = [], [], [], 0
    left_out = _LeftOut()
    records = _records(files, folder)
    rows = sum(file.rows for file, _ in records)
    budget = memory_budget(memory_bytes)
    with IndexWriter(
        folder,
        spec,
        ann=ann,
        queries=queries,
        phrases=phrases,
        max_rows=rows_within(budget),
        memory_bytes=budget,
    ) as writer:
        with reporter.step("importing", rows, "rows") as advance:
            for file, record in records:
                status = writer.status(record.id, record.state)
                if status == "published":
                    unchanged.append(record.id)
                    continue
                if status != "staged":
                    try:
                        _stage(file, record, writer, advance, left_out)
                    except UsageError as error:
                        if len(records) == 1:
                            raise
                        place = shown(file.path)
                        refused.append(Refusal(record.id, error.message, error.hint, place))
                        continue
                chips += writer.staged_chips(record.id)
                added.append(record.id)
        if len(refused) == len(records) > 1:
            raise UsageError(
                Message(
                    "none of {} files can be imported; the first: {}",
                    len(records),
                    refused[0].reason,
                ),
                hint=refused[0].hint,
                parameter="files",
            )
        with reporter.step("publishing", None, ""):
            generation = writer.publish(unfinished=writer.unfinished)
    warn_refused(__name__, refused)
    return VectorImport(
        files=tuple(added),
        unchanged=tuple(unchanged),
        chips=chips,
        left_out=dict(left_out.counts),
        left_out_rows=left_out.first,
        chips_total=generation.chips,
        mergeable_tiers=generation.mergeable_tiers,
        refused=tuple(refused),
        notes=tuple(left_out.notes),
    )


def _records(files: Sequence[VectorFile], folder: Path) -> list[tuple[VectorFile, SceneRecord]]:
    """Return each file with the scene that it becomes; one that is named twice once."""
    known = open_index(folder).scenes if (folder / MANIFEST).exists() else ()
    opened = {file.path.resolve(): file for file in files}
    names = scene_names({file.path: file.state for file in files}, known)
    return [(opened[path], _record(opened[path], name)) for path, name in names.items()]


def _record(file: VectorFile, scene_id: str) -> SceneRecord:
    return SceneRecord(
        id=scene_id,
        href=str(file.path.resolve()),
        size_bytes=file.path.stat().st_size,
        state=file.state,
        width_px=file.rows,
        height_px=1,
        crs="EPSG:4326",
        gsd_m=0.0,
        datetime=None,
        datetime_source=None,
        bands=(1, 1, 1),
        stretch=None,
        outline=_EARTH,
        chips_skipped=0,
    )


def _stage(
    file: VectorFile,
    record: SceneRecord,
    writer: IndexWriter,
    advance: Callable[[float], None],
    left_out: _LeftOut,
) -> None:
    """Stage a file, and record which of its rows were left out."""
    file.require_unique_ids()
    own, uncut = _LeftOut(), np.zeros(0, np.int64)
    # what was staged in batches of other sizes may end within one of these
    unfinished = writer.begin(record, file.rows, f"{file.batch_rows} rows at a time")
    bounds = np.array([180.0, 90.0, -180.0, -90.0])
    for rows in file.batches():
        advance(rows.count)
        for reason, numbers in rows.left_out.items():
            own.add(reason, shown(record.id), numbers)
            left_out.add(reason, shown(record.id), numbers)
        uncut = np.concatenate([uncut, rows.long_way])
        if len(rows.ids):
            around = shapely.total_bounds(rows.footprints)
            bounds[:2] = np.minimum(bounds[:2], around[:2])
            bounds[2:] = np.maximum(bounds[2:], around[2:])
        reached = rows.first + rows.count
        if reached > unfinished.windows_done:
            writer.add(unfinished, record, _batch(rows), reached)
    if not unfinished.chip_count:
        raise UsageError(
            f"{file.name} has no usable row: {own.summary() or 'it has no rows'}",
            hint="see docs/reference/geoparquet.md for the columns that a row must have",
            parameter="files",
        )
    if _state_now(file) != file.state:
        raise UsageError(
            f"{file.name} changed while it was read",
            hint="import it again when nothing is writing to it",
            parameter="files",
        )
    if len(uncut):
        left_out.notes.append(_long_way(shown(record.id), uncut))
    skipped = file.rows - unfinished.chip_count
    found = replace(record, outline=shapely.box(*bounds), chips_skipped=skipped)
    writer.finish(unfinished, found, _no_chips(file.dim))


def _long_way(file: str, numbers: NDArray[np.int64]) -> str:
    first = ", ".join(map(str, numbers[:_NAMED].tolist()))
    more = f" and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    return (
        f"{file}: geometries with an edge longer than 180 degrees are read as drawn, the long way "
        f"round (rows {first}{more}); if they should cross 180 degrees, cut them there or give "
        "longitudes beyond 180"
    )


def _state_now(file: VectorFile) -> str:
    try:
        return file_state(file.path)
    except OSError:  # it has gone
        return ""


def _batch(rows: VectorRows) -> ChipBatch:
    count = len(rows.ids)
    size_m = box_sizes_m(shapely.bounds(rows.footprints).reshape(-1, 4)).astype(np.float32)
    windows = np.ones((count, 4), np.int32)
    windows[:, 0], windows[:, 1] = rows.numbers, 0
    return ChipBatch(
        windows=windows,
        footprints=rows.footprints,
        size_m=size_m,
        valid=np.ones(count, np.float32),
        cloud=np.full(count, np.nan, np.float32),
        gsd_m=np.zeros(count, np.float32),  # which pixels they were made from is unknown
        vectors=rows.vectors,
        ids=rows.ids,
        time_ms=rows.time_ms,
    )


def _no_chips(dim: int) -> ChipBatch:
    return _batch(
        VectorRows(
            first=0,
            count=0,
            numbers=np.zeros(0, np.int64),
            ids=np.zeros(0, object),
            footprints=np.zeros(0, object),
            time_ms=np.zeros(0, np.int64),
            vectors=np.zeros((0, dim), np.float32),
            left_out={},
            long_way=np.zeros(0, np.int64),
        )
    )
