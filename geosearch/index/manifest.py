"""The manifest: the published generation, one small JSON file that is replaced atomically."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geosearch.errors import IndexFolderError
from geosearch.index.durable import write_durable
from geosearch.index.records import IndexSpec

MANIFEST = "manifest.json"
FORMAT = 1
"""Version of the index folder's layout that is written, and the newest that is read."""

_ID = re.compile(r"[0-9a-f]{16}")
_MOST_ROWS = 1 << 40
_LARGEST = 1 << 24
"""Bytes: a manifest is some kilobytes, more is no manifest of ours."""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment of the published generation."""

    id: str
    rows: int
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north of its footprints, or None without rows."""
    time_ms: tuple[int, int] | None
    """Earliest and latest known time of its scenes, milliseconds since 1970, or None."""
    ann: str
    """``flat`` or ``ivfpq``."""
    removed: tuple[str, ...] = ()
    """Ids of scenes whose rows here are not searched any more."""
    removed_rows: str | None = None
    """Name of the file in ``removed`` that says which other rows are not; None for none."""
    checksum: str = ""
    """SHA-256 of its ``segment.json``."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published state of an index."""

    spec: IndexSpec
    generation: int
    created: str
    """RFC 3339."""
    updated: str
    """RFC 3339."""
    segments: tuple[SegmentEntry, ...] = field(default=())


def next_generation(manifest: Manifest, segments: Sequence[SegmentEntry]) -> Manifest:
    """Return the generation that follows, with other segments."""
    return replace(
        manifest,
        generation=manifest.generation + 1,
        updated=now(),
        segments=tuple(segments),
    )


def now() -> str:
    """Return this second, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Publish a generation: after this, whoever opens the index sees it."""
    document = {"format": FORMAT, **asdict(manifest)}
    write_durable(folder / MANIFEST, (json.dumps(document, indent=2) + "\n").encode())


def read_manifest(folder: Path) -> Manifest:
    """Return the published generation.

    Raises:
        IndexFolderError: There is none, it is of a newer format, or it is damaged.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise IndexFolderError(
            f"no index at {folder}: {error.strerror}",
            hint=f"make one with `geosearch index FOLDER -i {folder}`",
        ) from error
    try:
        document = json.loads(data[: _LARGEST + 1])
        version = document["format"]
        if isinstance(version, int) and version > FORMAT:
            raise _newer(path, version)
        return _manifest(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexFolderError(
            f"{path} is damaged: {type(error).__name__}: {error}",
            hint="index the scenes anew into another folder",
        ) from error


def _newer(path: Path, version: int) -> IndexFolderError:
    return IndexFolderError(
        f"{path} has format {version}, this geosearch reads up to {FORMAT}",
        hint="install the geosearch that wrote it, or a newer one",
    )


def _manifest(document: dict[str, Any]) -> Manifest:
    bands = document["spec"]["bands"]
    changed = {
        "bands": None if bands is None else _three(bands),
        "scales": tuple(document["spec"]["scales"]),
    }
    spec = IndexSpec(**document["spec"] | changed)
    for number in (spec.dim, spec.size_px, spec.stride_px, *spec.scales):
        _require(type(number) is int and number > 0, "spec")
    _require(spec.gsd_m is None or (type(spec.gsd_m) in (int, float) and spec.gsd_m > 0), "spec")
    for text in (
        spec.encoder, spec.fingerprint, spec.precision, spec.stretch, spec.weights or "",
    ):  # fmt: skip
        _require(isinstance(text, str), "spec")
    return Manifest(
        spec=spec,
        generation=int(document["generation"]),
        created=str(document["created"]),
        updated=str(document["updated"]),
        segments=tuple(_segment(entry) for entry in document["segments"]),
    )


def _segment(entry: dict[str, Any]) -> SegmentEntry:
    # an id becomes a path: from a stranger's file it must not lead elsewhere
    _require(_is_id(entry["id"]), "segment id")
    _require(type(entry["rows"]) is int and 0 <= entry["rows"] <= _MOST_ROWS, "row count")
    _require(entry["ann"] in ("flat", "ivfpq"), "ann")
    bounds, time_ms = entry["bounds"], entry["time_ms"]
    removed_rows, checksum = entry["removed_rows"], entry["checksum"]
    _require(removed_rows is None or _is_id(removed_rows), "removed_rows")
    _require(isinstance(checksum, str), "checksum")
    return SegmentEntry(
        id=entry["id"],
        rows=entry["rows"],
        bounds=None if bounds is None else _four(bounds),
        time_ms=None if time_ms is None else (int(time_ms[0]), int(time_ms[1])),
        ann=entry["ann"],
        removed=tuple(str(scene) for scene in entry["removed"]),
        removed_rows=removed_rows,
        checksum=checksum,
    )


def _is_id(text: object) -> bool:
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def _four(numbers: list[float]) -> tuple[float, float, float, float]:
    west, south, east, north = map(float, numbers)
    return west, south, east, north


def _three(bands: list[int]) -> tuple[int, int, int]:
    red, green, blue = map(int, bands)
    return red, green, blue


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"its {what} cannot be")
