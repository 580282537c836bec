"""The approximate tier of a segment, and what was measured with it; opened when asked for."""

from functools import cached_property

from geosearch.index.arrays.aliases import Floats
from geosearch.index.folder.layout import ANN, CALIBRATION, KEPT_QUERIES
from geosearch.index.scoring.ann.tier import ApproximateTier, row_code_bytes
from geosearch.index.scoring.calibration import Calibration, read_calibration
from geosearch.index.scoring.kept_queries import kept_queries
from geosearch.index.segment.access import SegmentAccess
from geosearch.index.segment.scenes import SegmentScenes


class SegmentAnn:
    """The files of a segment's approximate tier."""

    def __init__(self, access: SegmentAccess, scenes: SegmentScenes, rows: int, dim: int) -> None:
        self._access = access
        self._scenes = scenes
        self._folder = access.folder / ANN
        self._rows = rows
        self._dim = dim

    @cached_property
    def calibration(self) -> Calibration:
        """What was measured when it was built."""
        with self._access.reading():
            sums = {file.path: file.sha256 for file in self._scenes.description.files}
            return read_calibration(self._folder, sums.get(f"{ANN}/{CALIBRATION}"))

    @property
    def queries(self) -> Floats | None:
        """Texts that it was measured with, float32 [q, dim]; None for none."""
        if KEPT_QUERIES not in self._access.entry.files:
            return None
        with self._access.reading():
            self._access.require_file(KEPT_QUERIES)
            return kept_queries(self._folder, self._dim)

    @property
    def code_bytes(self) -> int:
        """Bytes of a chip's code."""
        with self._access.reading():
            return row_code_bytes(self._folder, self._dim)

    @cached_property
    def tier(self) -> ApproximateTier:
        """What is searched.

        Raises:
            IndexFolderError: It is damaged.
        """
        with self._access.reading():
            return ApproximateTier(self._folder, self._rows, self._dim)
