"""Which index is used when none is named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geosearch.errors import IndexFolderError, UsageError
from geosearch.message import Message
from geosearch.paths import PathLike
from geosearch.reporting import LOG, Reporter
from geosearch.text import readable

if TYPE_CHECKING:
    from geosearch.index import Unfinished

DEFAULT_INDEXES = Path("indexes")
"""Where indexes are put when none is named, below the current folder."""

INDEX_VARIABLE = "GEOSEARCH_INDEX"
"""Environment variable that names the index to use."""


def default_index(paths: Sequence[PathLike], reporter: Reporter = LOG) -> Path:
    """Return where an index goes when none is named: the environment's, or ``indexes/NAME``.

    Raises:
        UsageError: That name is not UTF-8.
    """
    from geosearch.scenes import archive_name

    named = os.environ.get(INDEX_VARIABLE)
    folder = Path(named) if named else DEFAULT_INDEXES / (archive_name(paths[0]) or "scenes")
    reporter.say(f"index: {folder}")
    return index_folder(folder)


def index_folder(index: PathLike) -> Path:
    """Return the folder of an index that is named.

    Raises:
        UsageError: The name is not UTF-8, which DuckDB asks for.
    """
    name = os.fspath(index)
    if "\0" in name:
        raise UsageError(
            f"{name!r} cannot be the name of an index",
            hint="name another folder",
            parameter="index",
        )
    return Path(readable(name, "the index folder's name", "name another folder", parameter="index"))


def named_index(index: PathLike | None, reporter: Reporter = LOG) -> Path:
    """Return the folder of the index to use: the one that is named, else `find_index`'s.

    Args:
        index: Its folder, or None.
        reporter: Receives which index was chosen, if none was named, and whether a run over it
            has not ended.

    Raises:
        UsageError: The name is not UTF-8.
        IndexFolderError: None is named, and there is none.
    """
    from geosearch.index import read_unfinished

    if index is None:
        return find_index(reporter)
    folder = index_folder(index)
    if state := read_unfinished(folder):
        reporter.say(f"index: {folder} ({state})")
    return folder


def find_index(reporter: Reporter = LOG) -> Path:
    """Return the index to query when none is named: the environment's, or the newest here.

    An index over which a run has not ended is chosen only if there is no other: it holds a part
    of its archive.

    Raises:
        UsageError: The one in the environment has a name that is not UTF-8.
        IndexFolderError: There is none.
    """
    from geosearch.index import read_unfinished

    if named := os.environ.get(INDEX_VARIABLE):
        folder = index_folder(named)
        state = read_unfinished(folder)
        reporter.say(f"index: {folder} (from {INDEX_VARIABLE}{f'; {state}' if state else ''})")
        return folder
    found = _indexes_here()
    if not found:
        raise IndexFolderError(
            f"no index in {DEFAULT_INDEXES.resolve()}",
            hint=Message('make one with `geosearch.build("FOLDER")`, or give `index`'),
        )
    best = max(found, key=lambda one: (one.state is None, one.published_ns, one.folder))
    facts = ["the newest of several"] if len(found) > 1 else []
    if best.state is not None:
        facts.append(str(best.state))
    elif any(one.state for one in found):
        facts = ["the newest that is finished"]
    reporter.say(f"index: {best.folder}" + (f" ({'; '.join(facts)})" if facts else ""))
    return index_folder(best.folder)


@dataclass(frozen=True, slots=True)
class _Here:
    """An index below the current folder."""

    folder: Path
    published_ns: int
    """When its newest generation was, as the system counts."""
    state: Unfinished | None
    """How much of its last run it holds, if that has not ended."""


def _indexes_here() -> list[_Here]:
    from geosearch.index import MANIFEST, read_unfinished

    found = []
    for path in DEFAULT_INDEXES.glob(f"*/{MANIFEST}"):
        with suppress(OSError):  # it is being removed
            published_ns = path.stat().st_mtime_ns
            found.append(_Here(path.parent, published_ns, read_unfinished(path.parent)))
    return found
