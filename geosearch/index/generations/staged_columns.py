"""The columns of a staged scene: one .npz file per part."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.arrays.packed import Packed, pack_shapes
from geosearch.index.files.faults import DamagedError
from geosearch.index.files.npz import arrays_in
from geosearch.index.records import ChipBatch
from geosearch.text import shown

PARTS = "columns-*.npz"
"""Columns of the parts."""


@contextmanager
def columns_in(path: Path) -> Iterator[Any]:
    """Open the columns of a part; an error about them says what to do."""
    try:
        with arrays_in(path) as stored:
            yield stored
    except DamagedError as error:
        raise IndexFolderError(
            error.message, hint=f"delete {shown(path.parent)}: its scene is then embedded again"
        ) from error


def columns_name(part: int) -> str:
    """Return the file name of a part, counted from 0."""
    return f"columns-{part:06d}.npz"


def columns_bytes(batch: ChipBatch, windows_done: int) -> bytes:
    """Return the content of the file of a part; all parts so far cover ``windows_done``."""
    outlines = pack_shapes(batch.footprints)
    own: dict[str, Any] = {}
    if batch.ids is not None:
        ids = Packed.of([one.encode() for one in batch.ids])
        own |= {"ids": ids.data, "id_starts": ids.starts}
    if batch.time_ms is not None:
        own["time_ms"] = batch.time_ms.astype(np.int64)
    file = BytesIO()
    np.savez(
        file,
        windows=batch.windows.astype(np.int32),
        size_m=batch.size_m.astype(np.float32),
        valid=batch.valid.astype(np.float32),
        cloud=batch.cloud.astype(np.float32),
        gsd_m=batch.gsd_m.astype(np.float32),
        wkb=outlines.data,
        starts=outlines.starts,
        windows_done=np.int64(windows_done),
        **own,
    )
    return file.getvalue()


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """Return the numbers of a part but the vectors, by name, as a `ChipBatch` has them."""
    with columns_in(path) as stored:
        names = ("windows", "size_m", "valid", "cloud", "gsd_m")
        times = ("time_ms",) if "time_ms" in stored.files else ()  # only where chips have their own
        return {name: stored[name] for name in (*names, *times)}
