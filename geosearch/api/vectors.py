"""Vectors of other makers into an index, and an index's own out of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geosearch.api.conditions import takes_conditions
from geosearch.api.folders import default_index, index_folder, named_index
from geosearch.errors import UsageError
from geosearch.outputs import GEOPARQUET, require_output
from geosearch.paths import Paths, path_list
from geosearch.reporting import LOG, Reporter
from geosearch.text import shown

if TYPE_CHECKING:
    from geosearch.encoders import Encoder
    from geosearch.formats import VectorFile, VectorImport
    from geosearch.index import IndexSpec
    from geosearch.ingest import AnnKind
    from geosearch.search import Conditions


def import_vectors(
    files: Paths,
    index: str | Path | None = None,
    *,
    encoder: str | None = None,
    weights: str | Path | None = None,
    ann: AnnKind = "auto",
    max_memory: str | int | None = None,
    device: str = "auto",
    precision: str = "auto",
    reporter: Reporter = LOG,
) -> VectorImport:
    """Put the rows of GeoParquet files into an index: vectors that were made elsewhere.

    Args:
        files: One or several, each with columns ``id``, ``geometry`` (WKB),
            ``vector`` (lists of so many floats) and, if known, ``datetime``.
        index: The index folder, made if it is not there; None for ``indexes/`` with the first
            file's name.
        encoder: What made the vectors, where the files do not say; texts can then be asked.
        weights: The encoder's weights: a file, or the folder it is in.
        ann: ``auto``, ``flat`` (always exact) or ``ivfpq`` (always approximate).
        max_memory: What it may take, in bytes or such as ``8GB``, the encoder and mapped vectors
            not counted: how many files share a segment, and how long codes are, follow from it.
            None for half of the machine's memory.
        device: ``auto``, ``cpu``, ``cuda``.
        precision: ``auto``, ``float32``, ``bf16``.
        reporter: Is told which index was taken, if none was named, and what of a file may be meant
            otherwise than it is read.

    Raises:
        UsageError: A file cannot be read, or holds no row that can be used, or its vectors are
            not those of the index; ``max_memory`` is no size, or too little.
        IndexFolderError: The index cannot be written, or was built in another way.
    """
    from geosearch.formats import VectorFile, import_vectors
    from geosearch.index import memory_budget, require_ann, require_fit
    from geosearch.ingest import embedded_questions

    paths = path_list(files)
    if not paths:
        raise UsageError("no file to import", hint="give a GeoParquet file of vectors")
    for file in paths:
        if Path(file).is_dir():
            raise UsageError(
                f"{shown(file)} is a folder", hint=f"name its files: {shown(file)}/*.parquet"
            )
    memory_bytes = memory_budget(max_memory)
    require_ann(ann)
    named = Path(paths[0]).with_suffix("")
    folder = default_index([named], reporter) if index is None else index_folder(index)
    require_fit(folder, None)
    with ExitStack() as stack:
        opened = [stack.enter_context(VectorFile(path)) for path in paths]
        spec, made_by = _import_spec(opened, folder, encoder, weights, device, precision)
        for line in (line for file in opened for line in file.notes):
            reporter.say(line)
        done = import_vectors(
            opened,
            folder,
            spec,
            ann=ann,
            memory_bytes=memory_bytes,
            queries=lambda: None if made_by is None else embedded_questions(made_by),
            reporter=reporter,
        )
    for line in done.notes:
        reporter.say(line)
    return done


def _import_spec(
    files: Sequence[VectorFile],
    folder: Path,
    encoder: str | None,
    weights: str | Path | None,
    device: str,
    precision: str,
) -> tuple[IndexSpec, Encoder | None]:
    """Return how the files' vectors were made, and the encoder, if one was named."""
    from geosearch.encoders import load_encoder
    from geosearch.formats import agreed_spec
    from geosearch.index import MANIFEST, UNKNOWN_ENCODER, open_index

    spec = agreed_spec(files)
    _require_fit(files[0], spec if encoder is None else replace(spec, encoder=encoder), folder)
    if encoder is None:
        return spec, None
    if spec.encoder not in (UNKNOWN_ENCODER, encoder):
        raise UsageError(
            f"{files[0].path} says that {spec.encoder} made its vectors, not {encoder}",
            hint="leave --encoder away",
        )
    loaded = load_encoder(encoder, weights=weights, device=device, precision=precision)
    if loaded.dim != spec.dim:
        raise UsageError(
            f"{files[0].path} has vectors of {spec.dim} numbers, {encoder} makes {loaded.dim}",
            hint="name the encoder that made them",
        )
    if (folder / MANIFEST).exists():
        # what is added to an index counts as cut like the rest of it
        return replace(open_index(folder).spec, fingerprint=loaded.fingerprint), loaded
    kept = None if weights is None else str(Path(weights).resolve())
    made = replace(spec, encoder=loaded.name, fingerprint=loaded.fingerprint, weights=kept)
    return made, loaded


def _require_fit(file: VectorFile, spec: IndexSpec, folder: Path) -> None:
    """Refuse vectors that cannot be of the encoder of an index that is there.

    Raises:
        UsageError: They are of another length, or nobody says what made them.
    """
    from geosearch.index import MANIFEST, UNKNOWN_ENCODER, open_index

    if not (folder / MANIFEST).exists():
        return
    there = open_index(folder).spec
    if spec.dim != there.dim:
        raise UsageError(
            f"{file.path} has vectors of {spec.dim} numbers, those of {folder} have {there.dim}",
            hint="import them into an index of their own: -i FOLDER",
        )
    if spec.encoder == UNKNOWN_ENCODER != there.encoder:
        raise UsageError(
            f"{file.path} does not say what made its vectors, those of {folder} are of "
            f"{there.encoder}",
            hint=f"add --encoder {there.encoder} if that made them, else import them with "
            "-i FOLDER into an index of their own",
        )


@takes_conditions
def export_vectors(
    path: str | Path,
    index: str | Path | None = None,
    *,
    reporter: Reporter = LOG,
    **conditions: Unpack[Conditions],
) -> int:
    """Write chips with footprints, times and 16-bit vectors as GeoParquet 1.1.

    Args:
        path: The file, ``.parquet`` or ``.geoparquet``; it is there whole, or as it was.
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        reporter: Told which index was chosen, if none was named, how an ambiguous filter was read,
            and where the index lies if nothing matches.
        **conditions: What chips must meet, as `Conditions` describes it.

    Returns:
        How many chips were written.

    Raises:
        UsageError: A filter cannot be applied, or the file cannot be written.
        IndexFolderError: The index cannot be read.
    """
    from geosearch.formats import export_vectors
    from geosearch.index import open_index
    from geosearch.search import make_filter, nothing_matches

    require_output(path, GEOPARQUET)
    filter = make_filter(**conditions)
    for line in filter.notes:
        reporter.say(line)
    opened = open_index(named_index(index, reporter))
    count = export_vectors(opened, Path(path), filter=filter, reporter=reporter)
    if not count:
        reporter.say(nothing_matches(opened, filter))
    return count
