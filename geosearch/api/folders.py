"""Which index is meant when none is named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from geosearch.errors import UsageError
from geosearch.progress import Note, silent

DEFAULT_INDEXES = Path("indexes")
"""Where indexes are put when none is named, below the current folder."""

INDEX_VARIABLE = "GEOSEARCH_INDEX"
"""Environment variable that names the index to use."""


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
