"""The index: segments, generations, sidecar, ANN. The only door to duckdb and faiss.

Both are imported where they are used: opening an index and reading its vectors needs neither.
"""

from geosearch.index.checking import Problem, verify
from geosearch.index.compaction import Compaction, compact
from geosearch.index.manifest import MANIFEST
from geosearch.index.mapped import UNKNOWN_TIME
from geosearch.index.published import PublishedScene
from geosearch.index.reader import Index, IndexInfo, SegmentInfo, open_index
from geosearch.index.records import ChipBatch, ChipRecord, IndexSpec, SceneKey, SceneRecord
from geosearch.index.removal import Choose, Removal, SceneRemoval, remove_chips
from geosearch.index.repairing import repair
from geosearch.index.segment import Segment
from geosearch.index.segment_files import MOST_ROWS
from geosearch.index.staging import UnfinishedScene
from geosearch.index.writer import Generation, IndexWriter

__all__ = [
    "MANIFEST",
    "MOST_ROWS",
    "UNKNOWN_TIME",
    "ChipBatch",
    "ChipRecord",
    "Choose",
    "Compaction",
    "Generation",
    "Index",
    "IndexInfo",
    "IndexSpec",
    "IndexWriter",
    "Problem",
    "PublishedScene",
    "Removal",
    "SceneKey",
    "SceneRecord",
    "SceneRemoval",
    "Segment",
    "SegmentInfo",
    "UnfinishedScene",
    "compact",
    "open_index",
    "remove_chips",
    "repair",
    "verify",
]
