"""Vectors that were made elsewhere into an index, and an index's own into a file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geosearch.api.default_paths import default_index, index_folder, named_index
from geosearch.api.encoder_choice import EncoderChoice, encoder_choice
from geosearch.arguments import checked
from geosearch.errors import UsageError
from geosearch.message import Message
from geosearch.outputs import GEOPARQUET, require_output
from geosearch.paths import PathLike, Paths, path_list
from geosearch.reporting import LOG, Reporter
from geosearch.text import shown

if TYPE_CHECKING:
    from geosearch.encoders import Encoder
    from geosearch.formats import VectorFile, VectorImport
    from geosearch.index import AnnChoice, IndexSpec
    from geosearch.search import Conditions


@checked
def import_vectors(
    files: Paths,
    index: PathLike | None = None,
    *,
    encoder: EncoderChoice | str | None = None,
    ann: AnnChoice = "auto",
    max_memory: str | int | None = None,
    reporter: Reporter = LOG,
) -> VectorImport:
    """Import the rows of GeoParquet files into an index: vectors that were made elsewhere.

    Args:
        files: One or several, each with columns ``id``, ``geometry`` (WKB),
            ``vector`` (lists of equally many floats) and, if known, ``datetime``.
        index: The index folder, made if it is not there; None for ``indexes/`` with the first
            file's name.
        encoder: The encoder that made the vectors, for text queries, if the files do not name it.
        ann: ``auto``, ``flat`` (always exact) or ``ivfpq`` (always approximate).
        max_memory: Maximum memory, in bytes or such as ``8GB``, the encoder and mapped vectors not
            counted; it decides how many files share a segment, and how long codes are.
            None for half of the machine's memory.
        reporter: Receives which index was chosen, if none was named, the progress, and how
            an ambiguous file was read.

    Raises:
        UsageError: A file cannot be read, or holds no row that can be used, or its vectors are
            not those of the index; ``max_memory`` is not a size, or too little.
        IndexFolderError: The index cannot be written, or was built in another way.
    """
    from geosearch.formats import VectorFile, import_vectors
    from geosearch.index import memory_budget, require_ann, require_fit
    from geosearch.ingest import embedded_calibration_texts, embedded_phrases

    paths = path_list(files, "files")
    if not paths:
        raise UsageError(
            "no file to import", hint="give a GeoParquet file of vectors", parameter="files"
        )
    for file in paths:
        if Path(file).is_dir():
            raise UsageError(
                f"{shown(file)} is a folder",
                hint=f"name its files: {shown(file)}/*.parquet",
                parameter="files",
            )
    memory_bytes = memory_budget(max_memory)
    require_ann(ann)
    named = Path(paths[0]).with_suffix("")
    folder = default_index([named], reporter) if index is None else index_folder(index)
    require_fit(folder, None)
    with ExitStack() as stack:
        opened = [stack.enter_context(VectorFile(path)) for path in paths]
        spec, made_by = _import_spec(opened, folder, encoder_choice(encoder))
        for line in (line for file in opened for line in file.notes):
            reporter.say(line)
        done = import_vectors(
            opened,
            folder,
            spec,
            ann=ann,
            memory_bytes=memory_bytes,
            queries=lambda: None if made_by is None else embedded_calibration_texts(made_by),
            phrases=lambda: None if made_by is None else embedded_phrases(made_by),
            reporter=reporter,
        )
    for line in done.notes:
        reporter.say(line)
    return done


def _import_spec(
    files: Sequence[VectorFile], folder: Path, choice: EncoderChoice
) -> tuple[IndexSpec, Encoder | None]:
    """Return how the files' vectors were made, and the encoder, if one was named."""
    from geosearch.formats import agreed_spec
    from geosearch.index import MANIFEST, UNKNOWN_ENCODER, open_index

    spec = agreed_spec(files)
    name = None if choice.name is None else choice.full_name
    _require_fit(files[0], spec if name is None else replace(spec, encoder=name), folder)
    if name is None:
        return spec, None
    if spec.encoder not in (UNKNOWN_ENCODER, name):
        raise UsageError(
            f"{files[0].path} was made by {spec.encoder}, not {name}",
            hint=Message("omit `encoder`"),
            parameter="encoder",
        )
    loaded = choice.load()
    if loaded.dim != spec.dim:
        raise UsageError(
            f"{files[0].path} has vectors of {spec.dim} numbers, {name} makes {loaded.dim}",
            hint="name the encoder that made them",
            parameter="encoder",
        )
    if (folder / MANIFEST).exists():
        # what is added to an index counts as cut like the rest of it
        return replace(open_index(folder).spec, fingerprint=loaded.fingerprint), loaded
    kept = None if choice.weights is None else str(Path(choice.weights).resolve())
    made = replace(spec, encoder=loaded.name, fingerprint=loaded.fingerprint, weights=kept)
    return made, loaded


def _require_fit(file: VectorFile, spec: IndexSpec, folder: Path) -> None:
    """Refuse vectors that cannot be of the encoder of an index that is there.

    Raises:
        UsageError: They are of another length, or their encoder is unknown.
    """
    from geosearch.index import MANIFEST, UNKNOWN_ENCODER, open_index

    if not (folder / MANIFEST).exists():
        return
    there = open_index(folder).spec
    if spec.dim != there.dim:
        raise UsageError(
            f"{file.path} has vectors of {spec.dim} numbers, those of {folder} have {there.dim}",
            hint=Message("import them into another `index`"),
            parameter="index",
        )
    if spec.encoder == UNKNOWN_ENCODER != there.encoder:
        raise UsageError(
            f"the encoder of the vectors in {file.path} is unknown, those of {folder} are of "
            f"{there.encoder}",
            hint=Message(
                "give `encoder` {} if that made them, else import them into another `index`",
                there.encoder,
            ),
            parameter="encoder",
        )


@checked
def export_vectors(
    path: PathLike,
    index: PathLike | None = None,
    *,
    reporter: Reporter = LOG,
    **conditions: Unpack[Conditions],
) -> int:
    """Write chips with footprints, times and 16-bit vectors as GeoParquet 1.1.

    Args:
        path: The file, ``.parquet`` or ``.geoparquet``; it is written whole, or stays as it was.
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        reporter: Receives which index was chosen, if none was named, how an ambiguous filter was
            read, and where the index lies if nothing matches.
        **conditions: What chips must meet; `geosearch.Conditions` describes each keyword.

    Returns:
        Number of chips that were written.

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
