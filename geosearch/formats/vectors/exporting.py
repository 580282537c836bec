"""Chips of an index as GeoParquet: what hits tell of them, and vectors, as an import reads."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from geosearch.formats.vectors.parquet_writer import BATCH_ROWS, VectorFileWriter
from geosearch.index import Filter, Generation, Segment
from geosearch.outputs import output_file
from geosearch.reporting import LOG, Reporter


def export_vectors(
    index: Generation, path: Path, *, filter: Filter | None = None, reporter: Reporter = LOG
) -> int:
    """Write chips and their vectors to a file; it is there whole, or as it was.

    Args:
        index: An open index.
        path: The file.
        filter: The filter that chips must pass; None for all chips.
        reporter: Receives the progress.

    Returns:
        Number of chips in the file.

    Raises:
        UsageError: It cannot be written there.
    """
    matching = [segment.select(filter or Filter()) for segment in index.segments]
    total = sum(ranges.count for ranges in matching)
    with output_file(path) as file:  # Arrow takes no path that is not UTF-8
        writer = VectorFileWriter(file, index.spec)
        with closing(writer), reporter.step("exporting", total, "chips") as advance:
            for segment, ranges in zip(index.segments, matching, strict=True):
                _write(writer, segment, ranges.rows(), advance)
    return total


def _write(
    writer: VectorFileWriter,
    segment: Segment,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    advance: Callable[[float], None],
) -> None:
    for first in range(0, len(rows), BATCH_ROWS):
        part = rows[first : first + BATCH_ROWS]
        writer.add(
            segment.chips.records(part),
            np.asarray(segment.rows.time_ms[part]),
            segment.rows.footprints(part),
            segment.vectors[part],
        )
        advance(len(part))
