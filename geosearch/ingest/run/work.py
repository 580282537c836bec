"""What scenes take, before they are opened: progress by their number would mislead."""

import os
from collections.abc import Sequence
from contextlib import suppress

from geosearch.scenes import SceneFile, band_files


def scene_work(files: Sequence[SceneFile]) -> list[float]:
    """Return an estimate of the work of each scene: the bytes of its files.

    The number of its chips is known only when it is opened, which takes long for thousands of
    scenes. A remote scene, whose size is unknown, counts as the others on average.
    """
    sizes = [_size(file.href) for file in files]
    known = [size for size in sizes if size is not None]
    average = sum(known) / len(known) if known else 1.0
    return [average if size is None else size for size in sizes]


def _size(href: str) -> float | None:
    with suppress(OSError, ValueError):  # it is elsewhere, or gone
        return max(float(sum(os.stat(file).st_size for file in band_files(href))), 1.0)
    return None
