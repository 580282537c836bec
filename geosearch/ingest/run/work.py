"""What scenes take, before they are opened: a share and an estimate by scenes would mislead."""

import os
from collections.abc import Sequence
from contextlib import suppress

from geosearch.scenes import SceneFile, band_files


def scene_work(files: Sequence[SceneFile]) -> list[float]:
    """Return about what each scene takes, one after the other: the bytes of its files.

    How many chips it has is known only when it is opened, and that takes its time where there are
    thousands. One whose size is not known without asking elsewhere counts as the others on average.
    """
    sizes = [_size(file.href) for file in files]
    known = [size for size in sizes if size is not None]
    average = sum(known) / len(known) if known else 1.0
    return [average if size is None else size for size in sizes]


def _size(href: str) -> float | None:
    with suppress(OSError, ValueError):  # it is elsewhere, or gone
        return max(float(sum(os.stat(file).st_size for file in band_files(href))), 1.0)
    return None
