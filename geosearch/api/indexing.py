"""Scenes into an index, and what that would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from geosearch.api.default_paths import default_index, index_folder
from geosearch.api.encoder_choice import EncoderChoice, encoder_choice
from geosearch.api.index import Index
from geosearch.arguments import checked
from geosearch.chips import Chips
from geosearch.errors import UsageError
from geosearch.message import Message
from geosearch.paths import PathLike, Paths, path_list
from geosearch.reporting import LOG, Reporter

if TYPE_CHECKING:
    from geosearch.index import AnnChoice, IndexSpec
    from geosearch.ingest import IndexingEstimate, RunSettings

_OPEN = Chips()


class IndexingOptions(TypedDict, total=False):
    """Keywords of `prepare` and `build` beside those that they name: what a run does.

    Keywords:
        exclude: Patterns of what is left out, as ``.gitignore`` has them, relative to each folder
            that is indexed. They decide over the files ``.geosearchignore`` in these folders.
        prune: Remove scenes that were indexed from one of the folders and whose files are gone, or
            left out now; the report names them anyway.
        assume_crs: The CRS of scenes that have an affine and no CRS, such as ``EPSG:32633``; None
            to refuse them. It is not used where a scene has a CRS.
        ann: ``auto``, ``flat`` (always exact) or ``ivfpq`` (always approximate).
        max_memory: Maximum memory, in bytes or such as ``2GB``, the encoder not counted;
            None stays below 1 GB, mapped vectors of segments above 600,000 chips not counted.
            Codes of large segments are half as long where it is little.
    """

    # described above, as those of `Asking` are; the fields of `RunOptions`
    exclude: str | Sequence[str]
    prune: bool
    assume_crs: str | None
    ann: AnnChoice
    max_memory: str | int | None


@dataclass(frozen=True, slots=True)
class IndexingJob:
    """Scenes that are to go into an index, with every setting settled; nothing is written yet."""

    settings: RunSettings
    """Which scenes go into which index, and how."""
    encoder: EncoderChoice
    """The encoder that was chosen; it is loaded."""
    reporter: Reporter
    """Receives the progress."""

    def estimate(self) -> IndexingEstimate:
        """Return what `run` would do, and write nothing.

        Raises:
            IndexFolderError: The index was built in another way, or cannot be read.
        """
        from geosearch.index import require_fit
        from geosearch.ingest import estimate

        # as the writer of a run does; there, no other writer can come between
        require_fit(self.settings.folder, self.settings.spec)
        return estimate(self.settings, self.reporter)

    def run(self) -> Index:
        """Index the scenes, and open the index.

        Returns:
            The open index; its ``report`` says what was indexed and what was left out.

        Raises:
            Interrupted: A KeyboardInterrupt: at Ctrl-C or SIGTERM the current batch is finished,
                what is done is published, and the same job continues; a second Ctrl-C stops at
                once.
            GeosearchError: Nothing could be indexed; scenes that fail are in the report instead.
        """
        from geosearch.index import open_index
        from geosearch.ingest import ingest

        report = ingest(self.settings, self.reporter)
        generation = open_index(self.settings.folder)
        return Index(generation, self.encoder, loaded=self.settings.encoder, report=report)


@checked
def prepare(
    paths: Paths,
    index: PathLike | None = None,
    *,
    encoder: EncoderChoice | str | None = None,
    chips: Chips = _OPEN,
    reporter: Reporter = LOG,
    **options: Unpack[IndexingOptions],
) -> IndexingJob:
    """Find scenes, load the encoder, and settle what was left open.

    What can be refused without the encoder is refused before it is loaded.

    Args:
        paths: One or several: files, folders and patterns (``scenes/**/*.tif``), URLs, STAC
            documents.
        index: The index folder; None for ``indexes/`` with the first path's name.
        encoder: Its name, or a choice with weights, device and precision.
        chips: How scenes are cut.
        reporter: Receives which encoder and index were chosen, if none was named, and the
            progress.
        **options: What the run does; `geosearch.IndexingOptions` describes each keyword.

    Raises:
        TypeError: There is no such keyword.
        GeosearchError: There is nothing to index, the encoder or the index cannot be read, or the
            index was built in another way.
    """
    from geosearch.encoders import download_note
    from geosearch.index import MANIFEST, open_index
    from geosearch.ingest import RunOptions, RunSettings, look_for_scenes, require_readable

    run = RunOptions(**options)
    places = path_list(paths)
    choice = encoder_choice(encoder)
    if not places:
        raise UsageError("no path to index", hint="give a folder of scenes", parameter="paths")
    require_readable(chips)
    folder = default_index(places, reporter) if index is None else index_folder(index)
    recorded = open_index(folder).spec if (folder / MANIFEST).exists() else None
    if recorded is not None:
        choice = choice.as_recorded(recorded)
    if choice.weights is not None and choice.name is None:
        raise UsageError(
            Message("`weights` {} without `encoder`", choice.weights),
            hint="name the encoder that they belong to",
            parameter="weights",
        )
    # which encoder is taken may take the hub's answer: scenes are looked for before
    is_named = choice.name is not None
    if is_named:
        _require_fit(choice, chips, folder, recorded)
    found = look_for_scenes(places, run.exclude)
    if found.passed_over:
        reporter.say(found.passed_over)
    if found.exclusion.note:
        reporter.say(found.exclusion.note)
    if not is_named:
        choice = replace(choice, name=_default_encoder(reporter))
        _require_fit(choice, chips, folder, recorded)
    elif choice.weights is None and (note := download_note(choice.full_name)):
        reporter.say(f"encoder: {choice.full_name} ({note})")
    loaded = choice.load()
    settings = RunSettings(
        found,
        folder,
        loaded,
        chips.resolved(loaded.image_size, None if recorded is None else recorded.chips),
        weights=None if choice.weights is None else str(Path(choice.weights).resolve()),
        paths=places,
        options=run,
    )
    return IndexingJob(settings, choice, reporter)


@checked
def build(
    paths: Paths,
    index: PathLike | None = None,
    *,
    encoder: EncoderChoice | str | None = None,
    chips: Chips = _OPEN,
    reporter: Reporter = LOG,
    **options: Unpack[IndexingOptions],
) -> Index:
    """Index scenes, and open the index: `prepare` and `IndexingJob.run` in one call.

    Args:
        paths: As `prepare` takes them, and so are the others.
        index: The index folder; None for ``indexes/`` with the first path's name.
        encoder: Its name, or a choice with weights, device and precision.
        chips: How scenes are cut.
        reporter: Receives the progress.
        **options: What the run does; `geosearch.IndexingOptions` describes each keyword.

    Returns:
        The open index; its ``report`` says what was indexed and what was left out.

    Raises:
        Interrupted: As `IndexingJob.run`; the same call continues.
        GeosearchError: Nothing could be indexed; scenes that fail are in the report instead.
    """
    job = prepare(paths, index, encoder=encoder, chips=chips, reporter=reporter, **options)
    return job.run()


def _require_fit(
    choice: EncoderChoice, chips: Chips, folder: Path, recorded: IndexSpec | None
) -> None:
    """Refuse settings that contradict each other, or are not those of the index.

    Args:
        choice: The encoder, with what was left open as the index records it.
        chips: How scenes are to be cut.
        folder: The index.
        recorded: How it was built; None for a new one.

    Raises:
        UsageError: Settings contradict each other, or the encoder is unknown.
        IndexFolderError: The index was built in another way, or cannot be written.
    """
    from geosearch.encoders import encoder_info
    from geosearch.index import require_fit

    known = encoder_info(choice.full_name)
    if recorded is not None:
        resolved = chips.resolved(known.image_size, recorded.chips)
        require_fit(folder, replace(recorded, chips=resolved))
        return
    if chips.size_px is not None or choice.weights is None:
        chips.resolved(known.image_size)  # else the weights decide how large a chip is
    require_fit(folder, None)


def _default_encoder(reporter: Reporter) -> str:
    from geosearch.encoders import choose_default

    choice = choose_default()
    reporter.say(f"encoder: {choice.name} ({choice.reason})")
    return choice.name
