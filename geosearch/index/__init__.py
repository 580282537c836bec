"""The index: segments, generations, sidecar, ANN. The only door to duckdb and faiss.

Both are imported where they are used, and so is torch, for scans on a GPU: opening an index and
reading its vectors needs none of them.
"""

from geosearch.index.ann_training import AUTO_ROWS
from geosearch.index.blocks import Blocks
from geosearch.index.checking import Problem, verify
from geosearch.index.compaction import Compaction, compact
from geosearch.index.device_scan import DeviceAnswer, DeviceScan
from geosearch.index.fit import require_fit
from geosearch.index.manifest import MANIFEST
from geosearch.index.memory import memory_budget, parse_size, rows_within
from geosearch.index.plan import (
    UNMEASURED,
    Calibration,
    Choice,
    Costs,
    Need,
    Recall,
    choose,
    exact_choice,
    recall_at,
)
from geosearch.index.published import PublishedScene
from geosearch.index.reader import Generation, IndexInfo, SegmentInfo, open_index, read_unfinished
from geosearch.index.records import (
    UNKNOWN_ENCODER,
    UNKNOWN_TIME,
    ChipBatch,
    ChipRecord,
    IndexSpec,
    SceneKey,
    SceneRecord,
    moment_of,
)
from geosearch.index.removal import Choose, Removal, SceneRemoval, remove_chips
from geosearch.index.repairing import repair
from geosearch.index.runs import Runs, joined, rows_of, run_rows, runs_of
from geosearch.index.segment import Segment
from geosearch.index.segment_files import MOST_ROWS
from geosearch.index.staging import UnfinishedScene
from geosearch.index.unfinished import Unfinished
from geosearch.index.writer import AnnChoice, IndexWriter, PublishResult, require_ann

__all__ = [
    "AUTO_ROWS",
    "MANIFEST",
    "MOST_ROWS",
    "UNKNOWN_ENCODER",
    "UNKNOWN_TIME",
    "UNMEASURED",
    "AnnChoice",
    "Blocks",
    "Calibration",
    "ChipBatch",
    "ChipRecord",
    "Choice",
    "Choose",
    "Compaction",
    "Costs",
    "DeviceAnswer",
    "DeviceScan",
    "Generation",
    "IndexInfo",
    "IndexSpec",
    "IndexWriter",
    "Need",
    "Problem",
    "PublishResult",
    "PublishedScene",
    "Recall",
    "Removal",
    "Runs",
    "SceneKey",
    "SceneRecord",
    "SceneRemoval",
    "Segment",
    "SegmentInfo",
    "Unfinished",
    "UnfinishedScene",
    "choose",
    "compact",
    "exact_choice",
    "joined",
    "memory_budget",
    "moment_of",
    "open_index",
    "parse_size",
    "read_unfinished",
    "recall_at",
    "remove_chips",
    "repair",
    "require_ann",
    "require_fit",
    "rows_of",
    "rows_within",
    "run_rows",
    "runs_of",
    "verify",
]
