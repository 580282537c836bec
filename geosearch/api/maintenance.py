"""Maintenance of an index: removing chips, merging segments, checking files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geosearch.api.default_paths import named_index
from geosearch.errors import EncoderError, UsageError
from geosearch.reporting import LOG, Reporter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosearch.index import Compaction, Generation, Problem, Removal
    from geosearch.search import Conditions


def remove(
    index: str | Path | None = None,
    *,
    scenes: str | Collection[str] = (),
    dry_run: bool = False,
    confirm: Callable[[Removal], bool] | None = None,
    reporter: Reporter = LOG,
    **conditions: Unpack[Conditions],
) -> Removal:
    """Remove chips from an index: those that pass all given filters.

    An index that is open stays as it is; `compact` frees the space. Indexing again adds a scene
    that was removed whole, if its file is still there; a scene that has chips left stays as it is
    until its file changes.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        scenes: Ids of scenes, one or several, or patterns of them: ``*`` stands for any
            characters, ``/`` among them. A chip must be of one of them.
        dry_run: Change nothing, and return what would be removed.
        confirm: Called with what will be removed; returns whether to go ahead. None to go ahead.
        reporter: Receives which index was chosen, if none was named, how an ambiguous filter was
            read, and where the index lies if nothing matches.
        **conditions: What chips must meet; `geosearch.Conditions` describes each keyword.

    Raises:
        UsageError: No filter is given, one cannot be applied, or the index has no such scene.
        IndexFolderError: The index cannot be read or written.
    """
    from geosearch.index import open_index, remove_chips
    from geosearch.search import make_filter, nothing_matches

    if isinstance(scenes, str):
        scenes = (scenes,)
    filter = make_filter(**conditions)
    if filter.is_empty and not scenes:
        raise UsageError(
            "no filter given: refusing to remove everything",
            hint="give `scenes`, `bbox`, `intersects`, `datetime`, `min_cloud` or `max_gsd`",
        )
    for line in filter.notes:
        reporter.say(line)
    folder = named_index(index, reporter)
    opened = open_index(folder)
    named = _scenes_named(scenes, opened)
    # a scene that is named alone goes whole, even if it has no chip
    whole = named if filter.is_empty else frozenset[str]()
    filter = replace(filter, scenes=named if scenes else None)

    go_ahead = confirm or (lambda _removal: True)
    removal = remove_chips(
        folder,
        filter,
        scenes=whole,
        confirm=lambda removal: not dry_run and go_ahead(removal),
    )
    if not removal.scenes:
        reporter.say(nothing_matches(opened, filter))
    return removal


def _scenes_named(names: Collection[str], index: Generation) -> frozenset[str]:
    """Return the scenes of an index that have the given ids, or match patterns of ids."""
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
                parameter="scenes",
            )
        named |= found
    return frozenset(named)


def compact(
    index: str | Path | None = None,
    *,
    max_memory: str | int | None = None,
    reporter: Reporter = LOG,
) -> Compaction:
    """Merge an index's segments, and free the space of chips that were removed.

    Nothing is embedded again, and searches answer as before. Files of older generations are
    deleted, but not those that this process has open; see
    docs/explanation/index-on-disk.md for other processes.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        max_memory: Maximum memory, in bytes or such as ``8GB``, mapped vectors not counted; more
            makes larger segments. None for half of the machine's memory.
        reporter: Receives which index was chosen, if none was named.

    Raises:
        UsageError: ``max_memory`` is not a size, or too little.
        IndexFolderError: The index cannot be read or written, or a file of it is damaged.
    """
    from geosearch.index import compact

    folder = named_index(index, reporter)
    return compact(folder, max_memory=max_memory, phrases=lambda: _phrases_of(folder))


def _phrases_of(folder: Path) -> NDArray[np.float32] | None:
    """Return the bank's phrases by an index's encoder; None where that is not here."""
    from geosearch.api.index import open
    from geosearch.ingest import embedded_phrases

    try:
        return embedded_phrases(open(folder).encoder)
    except (EncoderError, UsageError):  # or of a name that this version does not know
        return None


def verify(
    index: str | Path | None = None,
    *,
    repair: bool = False,
    drop: bool = False,
    reporter: Reporter = LOG,
) -> list[Problem]:
    """Read every file of an index, and return which are not as they were written.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        repair: Make damaged files again from intact ones where that is possible.
        drop: Drop segments that cannot be repaired; index their scenes again afterwards.
        reporter: Receives which index was chosen, if none was named.

    Returns:
        The faults, and what was done about each; empty if there are none.

    Raises:
        UsageError: ``drop`` without ``repair``.
        IndexFolderError: There is no index, or its manifest cannot be read.
    """
    from geosearch.index import repair as repair_index
    from geosearch.index import verify as verify_index

    if drop and not repair:
        raise UsageError(
            "`drop` without `repair`",
            hint="add `repair`: dropping changes the index",
            parameter="repair",
        )
    folder = named_index(index, reporter)
    return repair_index(folder, drop=drop) if repair else verify_index(folder)
