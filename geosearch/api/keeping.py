"""An index's upkeep: what is taken out of it, merged, checked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geosearch.api.conditions import takes_conditions
from geosearch.api.folders import named_index
from geosearch.errors import UsageError
from geosearch.reporting import LOG, Reporter

if TYPE_CHECKING:
    from geosearch.index import Compaction, Generation, Problem, Removal
    from geosearch.search import Conditions


@takes_conditions
def remove(
    index: str | Path | None = None,
    *,
    scenes: str | Collection[str] = (),
    dry_run: bool = False,
    confirm: Callable[[Removal], bool] | None = None,
    reporter: Reporter = LOG,
    **conditions: Unpack[Conditions],
) -> Removal:
    """Take chips out of an index: those that pass all filters that are given.

    Who has the index open goes on with what it holds; `compact` frees the room. Indexing again
    adds a scene that was removed whole, if its file is still there; a scene of which chips
    are left stays as it is until its file changes.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        scenes: Ids of scenes, one or several, or patterns of them: ``*`` stands for any
            characters, ``/`` among them. A chip must be of one of them.
        dry_run: Change nothing, only say what would go.
        confirm: Is told what will go, and says whether it may; None to go ahead.
        reporter: Told which index was chosen, if none was named, how an ambiguous filter was read,
            and where the index lies if nothing matches.
        **conditions: What chips must meet, as `Conditions` describes it.

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
            "nothing says what to remove",
            hint="give --scene, --bbox, --intersects, --datetime, --min-cloud or --max-gsd",
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


def compact(
    index: str | Path | None = None,
    *,
    max_memory: str | int | None = None,
    reporter: Reporter = LOG,
) -> Compaction:
    """Merge an index's segments without the chips that were removed, and free their room.

    Nothing is embedded again, and searches answer as before. Files of older generations are
    deleted, but not those that this process has open; see
    docs/explanation/index-on-disk.md for other processes.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        max_memory: What it may take, in bytes or such as ``8GB``, mapped vectors not counted: the
            more, the larger segments become. None for half of the machine's memory.
        reporter: Is told which index was taken, if none was named.

    Raises:
        UsageError: ``max_memory`` is no size, or too little.
        IndexFolderError: The index cannot be read or written, or a file of it is damaged.
    """
    from geosearch.index import compact

    return compact(named_index(index, reporter), max_memory=max_memory)


def verify(
    index: str | Path | None = None,
    *,
    repair: bool = False,
    drop: bool = False,
    reporter: Reporter = LOG,
) -> list[Problem]:
    """Read every file of an index, and say which is not as it was written.

    Args:
        index: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        repair: Make again what can be made from files that are whole.
        drop: Leave segments out that cannot be repaired; index their scenes again afterwards.
        reporter: Is told which index was taken, if none was named.

    Returns:
        What is wrong, and what was done about it; empty for a whole index.

    Raises:
        UsageError: ``drop`` without ``repair``.
        IndexFolderError: There is no index, or its manifest cannot be read.
    """
    from geosearch import index as room

    if drop and not repair:
        raise UsageError("--drop without --repair", hint="add --repair: dropping changes the index")
    folder = named_index(index, reporter)
    return room.repair(folder, drop=drop) if repair else room.verify(folder)
