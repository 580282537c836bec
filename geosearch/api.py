"""The Python API: what the command line calls and what a program would.

Rooms are imported where they are used, so that this module costs nothing heavy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from geosearch.errors import EncoderError, UsageError
from geosearch.progress import Note, Stopwatch, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geosearch.encoders import Encoder
    from geosearch.formats import VectorFile, VectorImport
    from geosearch.index import Compaction, Index, IndexSpec, Problem, Removal, Segment
    from geosearch.ingest import AnnKind, BuildReport, ChipSettings, IndexPlan
    from geosearch.scenes import Found
    from geosearch.search import Explanation, Hit

    Area: TypeAlias = str | Path | dict[str, Any] | BaseGeometry
    Vector: TypeAlias = np.ndarray[tuple[int], np.dtype[np.floating[Any]]]
    Vectors: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]

DEFAULT_INDEXES = Path("indexes")
"""Where indexes are put when none is named, below the current folder."""

INDEX_VARIABLE = "GEOSEARCH_INDEX"
"""Environment variable that names the index to use."""


class Hits(Sequence["Hit"]):
    """Ranked hits, best first, and how they were found."""

    def __init__(
        self, hits: Sequence[Hit], explanation: Explanation, query: str | None = None
    ) -> None:
        self._hits = tuple(hits)
        self.query = query
        """The text that they answer; None for a vector."""
        self.explanation = explanation
        """The plan of each segment and the milliseconds of each step."""

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def __repr__(self) -> str:
        best = f", best {self._hits[0].score:.3f}" if self._hits else ""
        return f"<{len(self._hits)} hits{best}>"

    def to_geojson(self, path: str | Path | None = None) -> str:
        """Return the hits as RFC 7946 GeoJSON text, and write it to a file if one is given."""
        from geosearch.formats import geojson_text, write_text

        text = geojson_text(self._hits)
        if path is not None:
            write_text(path, text)
        return text

    def to_json(self) -> str:
        """Return query, hits and explanation as a line of JSON."""
        from geosearch.formats import answer_line

        return answer_line(self.query, self._hits, self.explanation)

    def to_contact_sheet(self, path: str | Path, title: str = "") -> None:
        """Write a PNG that shows the hits' pixels, read again from their scenes."""
        from geosearch.formats import write_contact_sheet

        write_contact_sheet(path, self._hits, title)


class Archive:
    """An open index with the encoder that it was built with.

    It holds the generation that was published when it was opened; open it again
    to see a newer one.
    """

    def __init__(
        self,
        index: Index,
        *,
        weights: str | Path | None = None,
        device: str = "auto",
        precision: str = "auto",
        encoder: Encoder | None = None,
        report: BuildReport | None = None,
    ) -> None:
        self.index = index
        """The generation that is searched."""
        self.report = report
        """What the run did that built it, if this process did."""
        self._weights = weights
        self._device = device
        self._precision = precision
        self._encoder = encoder

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index, loaded when first asked for.

        Raises:
            EncoderError: Its weights are missing, or are not those the index was built with.
        """
        if self._encoder is None:
            self._encoder = self._load_encoder()
        return self._encoder

    def _load_encoder(self) -> Encoder:
        from geosearch.encoders import load
        from geosearch.index import UNKNOWN_ENCODER

        spec = self.index.spec
        if spec.encoder == UNKNOWN_ENCODER:
            raise EncoderError(
                f"nobody has said what made the vectors of {self.index.folder}",
                hint="ask by a vector, or import them anew with --encoder NAME",
            )
        weights = self._weights or spec.weights
        encoder = load(
            spec.encoder,
            weights=weights,
            device=self._device,
            precision=self._precision,
        )
        if encoder.fingerprint != spec.fingerprint:
            raise EncoderError(
                f"the index {self.index.folder} was built with {spec.fingerprint}, "
                f"the weights here are {encoder.fingerprint}",
                hint="give the weights it was built with: --weights FILE, or index anew",
            )
        return encoder

    @overload
    def search(
        self, query: str | Vector, *, k: int = ..., bbox: str | Sequence[float] | None = ...,
        intersects: Area | None = ..., datetime: str | None = ..., undated: bool = ...,
        max_cloud: float | None = ..., min_valid: float | None = ..., exact: bool = ...,
        distinct: bool = ...,
    ) -> Hits: ...  # fmt: skip
    @overload
    def search(
        self, query: list[str] | tuple[str, ...] | Vectors, *, k: int = ...,
        bbox: str | Sequence[float] | None = ..., intersects: Area | None = ...,
        datetime: str | None = ..., undated: bool = ..., max_cloud: float | None = ...,
        min_valid: float | None = ..., exact: bool = ..., distinct: bool = ...,
    ) -> list[Hits]: ...  # fmt: skip
    def search(
        self,
        query: str | list[str] | tuple[str, ...] | NDArray[np.floating[Any]],
        *,
        k: int = 10,
        bbox: str | Sequence[float] | None = None,
        intersects: Area | None = None,
        datetime: str | None = None,
        undated: bool = False,
        max_cloud: float | None = None,
        min_valid: float | None = None,
        exact: bool = False,
        distinct: bool = False,
    ) -> Hits | list[Hits]:
        """Find the chips that look most like what a text says, or that lie next to a vector.

        Several texts or vectors are asked at once, under one filter that is applied once.

        Args:
            query: A text, short or long, or a list of them; or a vector of the index's encoder,
                float16, float32 or float64 [dim], or several [q, dim], of any length. Vectors
                need no encoder: none is loaded.
            k: How many hits at most, for each query.
            bbox: ``W,S,E,N`` in degrees; W > E crosses 180 degrees.
            intersects: A GeoJSON file, object or geometry that footprints must intersect.
            datetime: A date, an RFC 3339 instant, or ``A/B`` with ``..`` for open ends.
            undated: Find chips without a known time, too, whatever ``datetime`` is.
            max_cloud: Most share of a chip that looks like cloud, 0..1; a chip of which that is
                not known is not found.
            min_valid: Least share of valid pixels, 0..1.
            exact: Score every matching chip, however many there are.
            distinct: Leave out chips that overlap a better one, so that each hit is a new place.

        Returns:
            The hits; for several queries a list of them, in the order asked.

        Raises:
            UsageError: A text is empty, a vector is none of this index, or a filter cannot be
                applied.
            EncoderError: The encoder of the index cannot be loaded here.
        """
        from geosearch.search import make_filter, search_many

        wanted = make_filter(
            bbox=bbox,
            intersects=intersects,
            when=datetime,
            undated=undated,
            max_cloud=max_cloud,
            min_valid=min_valid,
        )
        if isinstance(query, list | tuple) and not query:
            return []
        watch = Stopwatch()
        vectors, texts = self._asked(query, watch)
        answers = search_many(
            self.index,
            vectors,
            wanted=wanted,
            k=k,
            tier="exact" if exact else "auto",
            distinct=distinct,
        )
        before = {step: 1000 * seconds for step, seconds in watch.seconds.items()}
        found = [
            Hits(hits, replace(how, milliseconds=before | how.milliseconds), text)
            for (hits, how), text in zip(answers, texts, strict=True)
        ]
        one = isinstance(query, str) or getattr(query, "ndim", 2) == 1
        return found[0] if one else found

    def _asked(
        self, query: str | Sequence[str] | NDArray[np.floating[Any]], watch: Stopwatch
    ) -> tuple[list[NDArray[np.float32]], list[str] | list[None]]:
        """Return what is asked as vectors float32 [dim], and the texts that they stand for."""
        from geosearch.search import unit_queries

        texts = [query] if isinstance(query, str) else query
        if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
            vectors = unit_queries(query, self.index.spec.dim)
            return list(vectors), [None] * len(vectors)
        for number, text in enumerate(texts, start=1):
            if not text.strip():
                which = "" if isinstance(query, str) else f" {number} of {len(texts)}"
                raise UsageError(
                    f"the query{which} has no text", hint="say what to look for, in quotes"
                )
        with watch.time("load encoder"):
            encoder = self.encoder
        with watch.time("encode text"):
            return list(encoder.encode_texts(texts)), list(texts)


def open(
    path: str | Path | None = None,
    *,
    weights: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    note: Note = silent,
) -> Archive:
    """Open an index for searching.

    Args:
        path: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        weights: The encoder's weights, where they are not where the index says.
        device: ``auto``, ``cpu``, ``cuda``.
        precision: ``auto``, ``float32``, ``bf16``.
        note: Is told which index was taken, if none was named.

    Raises:
        IndexFolderError: There is no index, or it cannot be read.
    """
    from geosearch.index import open_index

    folder = find_index(note) if path is None else Path(path)
    return Archive(open_index(folder), weights=weights, device=device, precision=precision)


def build(
    paths: Sequence[str | Path],
    index: str | Path | None = None,
    *,
    encoder: str | None = None,
    weights: str | Path | None = None,
    activation: str | None = None,
    size: int | None = None,
    stride: int | None = None,
    min_valid: float | None = None,
    bands: tuple[int, int, int] | None = None,
    gsd: float | None = None,
    scales: Sequence[int] | None = None,
    assume_crs: str | None = None,
    ann: AnnKind = "auto",
    prune: bool = False,
    max_memory: str | int | None = None,
    device: str = "auto",
    precision: str = "auto",
    progress: bool = False,
    note: Note = silent,
) -> Archive:
    """Index scenes, and open the index.

    Args:
        paths: Files, folders and patterns (``scenes/**/*.tif``), URLs, STAC documents.
        index: The index folder; None for ``indexes/`` with the first path's name.
        encoder: An encoder's name; None for DGTRS-CLIP B/16 where its weights are here or can be
            fetched, else ``mini``.
        weights: The encoder's weights: a file, or the folder it is in.
        activation: ``quickgelu`` or ``gelu``, if the weights were trained with another one than
            the encoder's name stands for; the index remembers it.
        size: Chip edge in pixels; None for the encoder's input.
        stride: Step between chips in pixels; None for half a chip, so that a thing of up to half
            a chip's size is whole in at least one of them.
        min_valid: Least share of valid pixels in a chip, 0..1; None for a quarter.
        bands: Bands shown as red, green, blue, from 1; None to choose for each scene.
        gsd: Metres a pixel of the finest chips, so that chips of all scenes are of one size on
            the ground; a coarser scene is cut at its own resolution. None for each scene's own.
        scales: Multiples of it to cut chips at: ``(1, 2, 4)`` covers the same ground also with
            chips of two and four times the side. None for the finest only.
        assume_crs: The CRS of scenes that have an affine and no CRS, such as ``EPSG:32633``; None
            to refuse them. It is not used where a scene has a CRS.
        ann: ``auto``, ``flat`` (always exact) or ``ivfpq`` (always approximate).
        prune: Remove scenes that were indexed from one of the folders and whose files are gone;
            the report names them anyway.
        max_memory: What the run may take, in bytes or such as ``2GB``, the encoder not counted;
            None stays below 1 GB, mapped vectors of segments above 600,000 chips not counted.
        device: ``auto``, ``cpu``, ``cuda``.
        precision: ``auto``, ``float32``, ``bf16``.
        progress: Show a bar on stderr.
        note: Is told which encoder and index were taken, if none was named.

    Returns:
        The open index; its ``report`` says what was indexed and what was left out.

    Raises:
        Interrupted: A KeyboardInterrupt: at Ctrl-C or SIGTERM the current batch is finished, what
            is done is published, and the same call continues; a second Ctrl-C stops at once.
        GeosearchError: Nothing could be indexed; scenes that fail are in the report instead.
    """
    from geosearch.index import open_index
    from geosearch.ingest import ingest, run_memory

    memory = run_memory(max_memory)
    work = _prepare(
        paths, index, encoder, weights, activation, size, stride, min_valid, bands, gsd,
        scales, assume_crs, device, precision, note,
    )  # fmt: skip
    report = ingest(
        work.found,
        work.folder,
        work.encoder,
        work.settings,
        ann=ann,
        weights=None if work.weights is None else str(Path(work.weights).resolve()),
        folders=paths,
        prune=prune,
        memory=memory,
        progress=progress,
        note=note,
    )
    return Archive(
        open_index(work.folder),
        weights=work.weights,
        device=device,
        precision=precision,
        encoder=work.encoder,
        report=report,
    )


def plan(
    paths: Sequence[str | Path],
    index: str | Path | None = None,
    *,
    encoder: str | None = None,
    weights: str | Path | None = None,
    activation: str | None = None,
    size: int | None = None,
    stride: int | None = None,
    min_valid: float | None = None,
    bands: tuple[int, int, int] | None = None,
    gsd: float | None = None,
    scales: Sequence[int] | None = None,
    assume_crs: str | None = None,
    device: str = "auto",
    precision: str = "auto",
    progress: bool = False,
    note: Note = silent,
) -> IndexPlan:
    """Say what `build` would do with the same arguments, and write nothing.

    Raises:
        GeosearchError: There is nothing to index, or the encoder or the index cannot be read.
    """
    from geosearch.ingest import plan

    work = _prepare(
        paths, index, encoder, weights, activation, size, stride, min_valid, bands, gsd,
        scales, assume_crs, device, precision, note,
    )  # fmt: skip
    return plan(
        work.found, work.folder, work.encoder, work.settings, folders=paths, progress=progress
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """What an indexing run works with."""

    found: Found
    """The scenes."""
    folder: Path
    """The index."""
    encoder: Encoder
    """Loaded."""
    settings: ChipSettings
    """How scenes are cut."""
    weights: str | Path | None
    """Where the encoder's weights were given, by the user or by the index."""


def _prepare(
    paths: Sequence[str | Path],
    index: str | Path | None,
    encoder: str | None,
    weights: str | Path | None,
    activation: str | None,
    size: int | None,
    stride: int | None,
    min_valid: float | None,
    bands: tuple[int, int, int] | None,
    gsd: float | None,
    scales: Sequence[int] | None,
    assume_crs: str | None,
    device: str,
    precision: str,
    note: Note,
) -> _Work:
    """Find the scenes, load the encoder, and settle what was left open."""
    from geosearch.encoders import load, with_activation
    from geosearch.index import MANIFEST, open_index
    from geosearch.ingest import MIN_VALID, ChipSettings, look_for_scenes

    if not paths:
        raise UsageError("no path to index", hint="give a folder of scenes")
    folder = default_index(paths, note) if index is None else Path(index)
    # what is added to an index is cut and embedded as the rest of it
    before = open_index(folder).spec if (folder / MANIFEST).exists() else None
    if before is not None:
        encoder = encoder or before.encoder
        if weights is None and encoder == before.encoder:
            weights = before.weights
        size = before.size_px if size is None else size
        stride = before.stride_px if stride is None else stride
        min_valid = before.min_valid if min_valid is None else min_valid
        bands = bands or before.bands
        gsd = before.gsd_m if gsd is None else gsd
        scales = before.scales if scales is None else scales
    if weights is not None and encoder is None:
        raise UsageError(
            f"--weights {weights} without --encoder", hint="name the encoder that they belong to"
        )
    found = look_for_scenes(paths)
    loaded = load(
        with_activation(encoder or _default_encoder(note), activation),
        weights=weights,
        device=device,
        precision=precision,
    )
    size = loaded.image_size if size is None else size
    settings = ChipSettings(
        size_px=size,
        stride_px=max(size // 2, 1) if stride is None else stride,
        min_valid=MIN_VALID if min_valid is None else min_valid,
        bands=bands,
        gsd_m=None if gsd is None else float(gsd),
        scales=(1,) if scales is None else tuple(scales),
        assume_crs=assume_crs,
    )
    return _Work(found, folder, loaded, settings, weights)


def remove(
    index: str | Path | None = None,
    *,
    scenes: Collection[str] = (),
    bbox: str | Sequence[float] | None = None,
    intersects: str | Path | dict[str, Any] | BaseGeometry | None = None,
    datetime: str | None = None,
    undated: bool = False,
    min_cloud: float | None = None,
    max_cloud: float | None = None,
    min_valid: float | None = None,
    dry_run: bool = False,
    confirm: Callable[[Removal], bool] | None = None,
    note: Note = silent,
) -> Removal:
    """Take chips out of an index: those that pass all filters that are given.

    Who has the index open goes on with what it holds; `compact` frees the room. Indexing again
    adds a scene that was removed whole, if its file is still there; a scene of which chips
    are left stays as it is until its file changes.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        scenes: Ids of scenes, or patterns of them: ``*`` stands for any characters, ``/`` among
            them. A chip must be of one of them.
        bbox: ``W,S,E,N`` in degrees, as `Archive.search` takes it.
        intersects: A GeoJSON file, object or geometry that footprints must intersect.
        datetime: A date, an RFC 3339 instant, or ``A/B`` with ``..`` for open ends.
        undated: Chips without a known time, too, whatever ``datetime`` is.
        min_cloud: Least share of a chip that looks like cloud, 0..1; a chip of which that is not
            known stays.
        max_cloud: The most, likewise.
        min_valid: Least share of valid pixels, 0..1.
        dry_run: Change nothing, only say what would go.
        confirm: Is told what will go, and says whether it may; None to go ahead.
        note: Is told which index was taken, if none was named.

    Raises:
        UsageError: No filter is given, one cannot be applied, or the index has no such scene.
        IndexFolderError: The index cannot be read or written.
    """
    from geosearch.index import open_index, remove_chips
    from geosearch.search import make_filter, matching_rows

    wanted = make_filter(
        bbox=bbox,
        intersects=intersects,
        when=datetime,
        undated=undated,
        min_cloud=min_cloud,
        max_cloud=max_cloud,
        min_valid=min_valid,
    )
    if wanted.is_empty and not scenes:
        raise UsageError(
            "nothing says what to remove",
            hint="give --scene, --bbox, --intersects, --datetime or --min-cloud",
        )
    folder = find_index(note) if index is None else Path(index)
    named = _scenes_named(scenes, open_index(folder))
    # a scene that is named alone goes whole, even if it has no chip
    whole = named if wanted.is_empty else frozenset[str]()
    wanted = replace(wanted, scenes=named if scenes else None)

    def choose(segment: Segment) -> Any:
        return matching_rows(segment, wanted)

    go_ahead = confirm or (lambda _removal: True)
    return remove_chips(
        folder,
        choose,
        scenes=whole,
        confirm=lambda removal: not dry_run and go_ahead(removal),
    )


def compact(index: str | Path | None = None, *, note: Note = silent) -> Compaction:
    """Merge an index's segments without the chips that were removed, and free their room.

    Nothing is embedded again, and searches answer as before. Files of older generations are
    deleted, but not those that this process has open; see docs/format.md for other processes.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        note: Is told which index was taken, if none was named.

    Raises:
        IndexFolderError: The index cannot be read or written, or a file of it is damaged.
    """
    from geosearch.index import compact

    return compact(find_index(note) if index is None else Path(index))


def verify(
    index: str | Path | None = None,
    *,
    repair: bool = False,
    drop: bool = False,
    note: Note = silent,
) -> list[Problem]:
    """Read every file of an index, and say which is not as it was written.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        repair: Make again what can be made from files that are whole.
        drop: Leave segments out that cannot be repaired; index their scenes again afterwards.
        note: Is told which index was taken, if none was named.

    Returns:
        What is wrong, and what was done about it; empty for a whole index.

    Raises:
        UsageError: ``drop`` without ``repair``.
        IndexFolderError: There is no index, or its manifest cannot be read.
    """
    from geosearch import index as room

    if drop and not repair:
        raise UsageError("--drop without --repair", hint="add --repair: dropping changes the index")
    folder = find_index(note) if index is None else Path(index)
    return room.repair(folder, drop=drop) if repair else room.verify(folder)


def _scenes_named(names: Collection[str], index: Index) -> frozenset[str]:
    """Return the scenes of an index that are meant by ids, or by patterns of ids."""
    known = index.scene_ids
    named: set[str] = set()
    for name in names:
        # an id may hold what a pattern is written with: it is first what it is
        found = {name} & known or {one for one in known if fnmatchcase(one, name)}
        if not found:
            close = get_close_matches(name, known, n=3)
            raise UsageError(
                f"{index.folder} has no scene {name}",
                hint=f"did you mean {' or '.join(close)}?" if close else "hits name their scenes",
            )
        named |= found
    return frozenset(named)


def import_vectors(
    files: Sequence[str | Path],
    index: str | Path | None = None,
    *,
    encoder: str | None = None,
    weights: str | Path | None = None,
    ann: AnnKind = "auto",
    device: str = "auto",
    precision: str = "auto",
    progress: bool = False,
    note: Note = silent,
) -> VectorImport:
    """Put the rows of GeoParquet files into an index: vectors that were made elsewhere.

    Args:
        files: Each with columns ``id``, ``geometry`` (WKB, EPSG:4326), ``vector`` (lists of so
            many floats) and, if known, ``datetime``.
        index: The index folder, made if it is not there; None for ``indexes/`` with the first
            file's name.
        encoder: What made the vectors, where the files do not say; texts can then be asked.
        weights: The encoder's weights: a file, or the folder it is in.
        ann: ``auto``, ``flat`` (always exact) or ``ivfpq`` (always approximate).
        device: ``auto``, ``cpu``, ``cuda``.
        precision: ``auto``, ``float32``, ``bf16``.
        progress: Show a bar on stderr.
        note: Is told which index was taken, if none was named.

    Raises:
        UsageError: A file cannot be read, or holds no row that can be used.
        IndexFolderError: The index cannot be written, or was built in another way.
    """
    from contextlib import ExitStack

    from geosearch.formats import VectorFile, import_vectors
    from geosearch.ingest import embedded_questions

    if not files:
        raise UsageError("no file to import", hint="give a GeoParquet file of vectors")
    folder = default_index([Path(files[0]).with_suffix("")], note) if index is None else Path(index)
    with ExitStack() as stack:
        opened = [stack.enter_context(VectorFile(file)) for file in files]
        spec, made_by = _import_spec(opened, folder, encoder, weights, device, precision)
        return import_vectors(
            opened,
            folder,
            spec,
            ann=ann,
            queries=lambda: None if made_by is None else embedded_questions(made_by),
            progress=progress,
        )


def _import_spec(
    files: Sequence[VectorFile],
    folder: Path,
    encoder: str | None,
    weights: str | Path | None,
    device: str,
    precision: str,
) -> tuple[IndexSpec, Encoder | None]:
    """Return how the files' vectors were made, and the encoder, if one was named."""
    from geosearch.encoders import load
    from geosearch.formats import agreed_spec
    from geosearch.index import MANIFEST, UNKNOWN_ENCODER, open_index

    spec = agreed_spec(files)
    if encoder is None:
        return spec, None
    loaded = load(encoder, weights=weights, device=device, precision=precision)
    if loaded.dim != spec.dim:
        raise UsageError(
            f"{files[0].path} has vectors of {spec.dim} numbers, {encoder} makes {loaded.dim}",
            hint="name the encoder that made them",
        )
    if spec.encoder not in (UNKNOWN_ENCODER, loaded.name):
        raise UsageError(
            f"{files[0].path} says that {spec.encoder} made its vectors, not {encoder}",
            hint="leave --encoder away",
        )
    if (folder / MANIFEST).exists():
        # what is added to an index counts as cut like the rest of it
        return replace(open_index(folder).spec, fingerprint=loaded.fingerprint), loaded
    kept = None if weights is None else str(Path(weights).resolve())
    made = replace(spec, encoder=loaded.name, fingerprint=loaded.fingerprint, weights=kept)
    return made, loaded


def export_vectors(
    path: str | Path,
    index: str | Path | None = None,
    *,
    bbox: str | Sequence[float] | None = None,
    intersects: str | Path | dict[str, Any] | BaseGeometry | None = None,
    datetime: str | None = None,
    undated: bool = False,
    max_cloud: float | None = None,
    min_valid: float | None = None,
    progress: bool = False,
    note: Note = silent,
) -> int:
    """Write chips with footprints, times and 16-bit vectors as GeoParquet 1.1.

    Args:
        path: The file; it is there whole, or as it was.
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        bbox: ``W,S,E,N`` in degrees, as `Archive.search` takes it, like the other filters.
        intersects: A GeoJSON file, object or geometry that footprints must intersect.
        datetime: A date, an RFC 3339 instant, or ``A/B`` with ``..`` for open ends.
        undated: Chips without a known time, too.
        max_cloud: Most share of cloud, 0..1.
        min_valid: Least share of valid pixels, 0..1.
        progress: Show a bar on stderr.
        note: Is told which index was taken, if none was named.

    Returns:
        How many chips were written.

    Raises:
        UsageError: A filter cannot be applied, or the file cannot be written.
        IndexFolderError: The index cannot be read.
    """
    from geosearch.formats import export_vectors
    from geosearch.index import open_index
    from geosearch.search import make_filter

    wanted = make_filter(
        bbox=bbox,
        intersects=intersects,
        when=datetime,
        undated=undated,
        max_cloud=max_cloud,
        min_valid=min_valid,
    )
    folder = find_index(note) if index is None else Path(index)
    return export_vectors(open_index(folder), Path(path), wanted=wanted, progress=progress)


def _default_encoder(note: Note) -> str:
    from geosearch.encoders import choose_default

    choice = choose_default()
    note(f"encoder: {choice.name} ({choice.reason})")
    return choice.name


def default_index(paths: Sequence[str | Path], note: Note = silent) -> Path:
    """Return where an index goes when none is named: the environment's, or ``indexes/NAME``."""
    from geosearch.scenes import archive_name

    named = os.environ.get(INDEX_VARIABLE)
    folder = Path(named) if named else DEFAULT_INDEXES / (archive_name(paths[0]) or "scenes")
    note(f"index: {folder}")
    return folder


def find_index(note: Note = silent) -> Path:
    """Return the index to query when none is named: the environment's, or the newest here.

    Raises:
        UsageError: There is none.
    """
    from geosearch.index import MANIFEST

    if named := os.environ.get(INDEX_VARIABLE):
        note(f"index: {named} (from {INDEX_VARIABLE})")
        return Path(named)
    manifests = sorted(
        DEFAULT_INDEXES.glob(f"*/{MANIFEST}"), key=lambda path: (path.stat().st_mtime_ns, path)
    )
    if not manifests:
        raise UsageError(
            f"no index in {DEFAULT_INDEXES.resolve()}",
            hint="make one with `geosearch index FOLDER`, or name one with -i",
        )
    folder = manifests[-1].parent
    note(f"index: {folder}" + (" (the newest of several)" if len(manifests) > 1 else ""))
    return folder
