"""Which files beside its own decide about a scene."""

import os
from collections.abc import Sequence
from pathlib import Path

from geosearch.scenes.places.companions import companions
from geosearch.scenes.places.metadata_files import metadata_files
from geosearch.scenes.places.remote import is_remote
from geosearch.scenes.state.stored_paths import opened_path


def deciding_files(own: Sequence[str], refers_to: Sequence[str]) -> list[str]:
    """Return all files but the scene's own that decide about it, whether there or not."""
    local = [one for one in own if not is_remote(one)]
    folder = os.path.dirname(own[0])
    other = [opened_path(one, folder) for one in refers_to]
    found = {path for one in (*local, *other) if not is_remote(one) for path in companions(one)}
    found.update(other)
    if local:
        found.update(map(str, metadata_files(Path(local[0]))))
    return sorted(found.difference(own))
