"""The manifest: the published generation, one small JSON file that is replaced atomically.

Its last member is the SHA-256 of all bytes before it: who edits it by hand, or flips a bit of it,
is found out. It names the files of every segment with their sizes, so that opening an index sees
what is missing without reading it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from geosearch.errors import IndexFolderError, UsageError
from geosearch.index.files.faults import BROKEN_DOCUMENT, DamagedError
from geosearch.index.files.own_files import read_file
from geosearch.index.folder.layout import (
    DESCRIPTION,
    MANIFEST,
    STAGING,
    wrong_files,
)
from geosearch.index.folder.unfinished import Unfinished, parse_unfinished
from geosearch.index.records import IndexSpec
from geosearch.text import is_readable, shown

FORMAT = 1
"""Version of the index folder's layout that is written, and the newest that is read."""

_INDEX_ID = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[0-9a-f]{16}")
_SUM = re.compile(r"[0-9a-f]{64}")
_SEAL = '  "checksum": "{}"\n}}\n'
_MAX_COUNT = 1 << 40
"""Of rows, of bytes that a row has, of whatever is counted: more is a forged number."""
_MAX_TIME = 1 << 63
_MAX_BYTES = 1 << 28
"""Bytes: a manifest is some kilobytes, and more where many scenes were removed."""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment of the published generation."""

    id: str
    rows: int
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north of the footprints that are searched, or None without rows."""
    time_ms: tuple[int, int] | None
    """Earliest and latest known time of what is searched, milliseconds since 1970, or None."""
    ann: str
    """``flat`` or ``ivfpq``."""
    files: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each of its files, ``segment.json`` among them, by its path in the segment."""
    checksum: str = ""
    """SHA-256 of its ``segment.json``."""
    removed: tuple[str, ...] = ()
    """Ids of scenes whose rows here are not searched any more."""
    removed_rows: str | None = None
    """Name of the file in ``removed`` that says which other rows are not; None for none."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published state of an index."""

    id: str
    """32 hex digits, drawn when the index was made: what geosearch makes for it carries them."""
    spec: IndexSpec
    generation: int
    created: str
    """RFC 3339."""
    updated: str
    """RFC 3339."""
    segments: tuple[SegmentEntry, ...] = field(default=())
    unfinished: Unfinished | None = None
    """How much of a run is in it that has not come to its end; None where it has."""


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


def is_index_id(text: object) -> bool:
    """Return whether something is the id of an index."""
    return isinstance(text, str) and _INDEX_ID.fullmatch(text) is not None


def is_segment_id(text: object) -> bool:
    """Return whether something is the id of a segment, or the name of a file in ``removed``."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the content of a manifest.

    Raises:
        IndexFolderError: It would be larger than what is read.
    """
    values = asdict(manifest) | {"spec": manifest.spec.to_plain()}
    data = sealed({"format": FORMAT, **values})
    if len(data) > _MAX_BYTES:
        raise IndexFolderError(
            f"the manifest would have {len(data):,} bytes: too many scenes are removed",
            hint="run `geosearch compact`, then the same command again",
        )
    return data


def sealed(document: dict[str, Any]) -> bytes:
    """Return a document as JSON whose last member is the checksum of the bytes before it."""
    text = json.dumps(document, indent=2).removesuffix("\n}") + ",\n"
    return (text + _SEAL.format(sha256(text.encode()).hexdigest())).encode()


def read_manifest(folder: Path) -> Manifest:
    """Return the published generation.

    Raises:
        IndexFolderError: There is none, it is of a newer format, or it is damaged.
    """
    path = folder / MANIFEST
    try:
        data = read_file(path, _MAX_BYTES)
    except DamagedError as error:
        if folder.is_dir() and not isinstance(error.__cause__, FileNotFoundError):
            raise
        raise _no_index(folder) from error
    return parse_manifest(path, data)


def _no_index(folder: Path) -> IndexFolderError:
    place = shown(folder)
    make = f"`geosearch index FOLDER -i {place}` or `geosearch import FILE -i {place}`"
    if (folder / STAGING).is_dir():
        return IndexFolderError(
            f"no index at {place} yet: the run that began it has published nothing",
            hint=f"run it again, or make one with {make}",
        )
    reason = "the folder is empty or holds something else" if folder.is_dir() else "no such folder"
    return IndexFolderError(f"no index at {place}: {reason}", hint=f"make one with {make}")


def parse_manifest(path: Path, data: bytes) -> Manifest:
    """Return the generation that the content of a manifest describes.

    Raises:
        IndexFolderError: It is of a newer format, or damaged.
    """
    try:
        document = json.loads(data)
        version = document["format"]
        if type(version) is int and version > FORMAT:
            raise _newer(path, version)
        if not _is_sealed(data):
            raise ValueError("its checksum does not agree with its content")
        return _manifest(document)
    except BROKEN_DOCUMENT as error:
        raise _damaged(path, error) from error


def _is_sealed(data: bytes) -> bool:
    content = data[: -len(_SEAL.format("0" * 64))]
    return data == content + _SEAL.format(sha256(content).hexdigest()).encode()


def _damaged(path: Path, error: Exception) -> DamagedError:
    # what broke on a stranger's document names Python's types, and its text may be anything
    reason = (
        shown(error) if type(error) is ValueError else f"{type(error).__name__}: {shown(error)}"
    )
    hint = "restore it from a copy, or index the scenes again into another folder"
    return DamagedError(path, reason, hint=hint)


def _newer(path: Path, version: int) -> IndexFolderError:
    return IndexFolderError(
        f"{shown(path)} has format {version}; this geosearch reads up to {FORMAT}",
        hint="install the geosearch that wrote it or a newer one, or index into another folder",
    )


def _manifest(document: dict[str, Any]) -> Manifest:
    _require(is_index_id(document["id"]), "id")
    entries = document["segments"]
    _require(type(entries) is list, "list of segments")
    segments = tuple(_segment(entry) for entry in entries)
    _require(len({one.id for one in segments}) == len(segments), "list of segments")
    return Manifest(
        id=document["id"],
        spec=_spec(document["spec"]),
        generation=_count(document["generation"], "generation"),
        created=_text(document["created"], "created"),
        updated=_text(document["updated"], "updated"),
        segments=segments,
        unfinished=parse_unfinished(document.get("unfinished")),
    )


def _spec(values: dict[str, Any]) -> IndexSpec:
    scales, bands = values["scales"], values["bands"]
    _require(type(scales) is list and bool(scales), "scales")
    for number in (values["dim"], values["size_px"], values["stride_px"], *scales):
        _require(_count(number, "spec") > 0, "spec")
    _require(_is_number(values["min_valid"]), "min_valid")
    _require(values["gsd_m"] is None or _is_number(values["gsd_m"]), "gsd_m")
    _text(values["stretch"], "spec")
    try:
        spec = IndexSpec.from_plain(values | {"bands": _three(bands)})
    except UsageError as error:
        raise ValueError("invalid spec") from error
    for text in (spec.encoder, spec.fingerprint, spec.precision):
        _text(text, "spec")
    _require(spec.weights is None or bool(_text(spec.weights, "weights")), "weights")
    return spec


def _segment(entry: dict[str, Any]) -> SegmentEntry:
    # an id becomes a path: from a stranger's file it must not lead elsewhere
    _require(is_segment_id(entry["id"]), "segment id")
    _require(entry["ann"] in ("flat", "ivfpq"), "ann")
    removed_rows, removed = entry["removed_rows"], entry["removed"]
    _require(removed_rows is None or is_segment_id(removed_rows), "removed_rows")
    _require(type(removed) is list, "removed")
    checksum = entry["checksum"]
    _require(isinstance(checksum, str) and _SUM.fullmatch(checksum) is not None, "checksum")
    return SegmentEntry(
        id=entry["id"],
        rows=_count(entry["rows"], "row count"),
        bounds=_four(entry["bounds"]),
        time_ms=_span(entry["time_ms"]),
        ann=entry["ann"],
        files=_files(entry["files"], entry["ann"]),
        checksum=checksum,
        removed=tuple(_text(scene, "removed") for scene in removed),
        removed_rows=removed_rows,
    )


def _files(files: dict[str, Any], ann: str) -> dict[str, int]:
    """Return sizes by path: only names that a segment can have, so that none leads elsewhere."""
    _require(type(files) is dict and DESCRIPTION in files, "list of files")
    if reason := wrong_files(files.keys() - {DESCRIPTION}, ann):
        raise ValueError(reason)
    return {name: _count(size, "file size") for name, size in files.items()}


def _count(value: object, what: str) -> int:
    _require(type(value) is int and 0 <= value <= _MAX_COUNT, what)
    assert isinstance(value, int)
    return value


def _text(value: object, what: str) -> str:
    _require(isinstance(value, str) and is_readable(value), what)
    assert isinstance(value, str)
    return value


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and isfinite(value)  # type: ignore[arg-type]


def _four(numbers: list[float] | None) -> tuple[float, float, float, float] | None:
    if numbers is None:
        return None
    west, south, east, north = numbers
    _require(all(map(_is_number, numbers)), "bounds")
    return float(west), float(south), float(east), float(north)


def _span(times: list[int] | None) -> tuple[int, int] | None:
    if times is None:
        return None
    first, last = times
    for time in times:
        _require(type(time) is int and abs(time) < _MAX_TIME, "time_ms")
    return first, last


def _three(bands: list[int] | None) -> tuple[int, int, int] | None:
    if bands is None:
        return None
    red, green, blue = bands
    for band in bands:
        _require(_count(band, "bands") > 0, "bands")
    return red, green, blue


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"invalid {what}")
