"""The index: segments, generations, sidecar, ANN. The only door to duckdb and faiss.

Rooms, each of which imports only from those before it:

- ``records``: values that go in and out
- ``arrays``: arrays in memory, which know of no file
- ``files``: files on the disk, which know of no index
- ``folder``: the index's folder, the manifest, the writer's hold, what is ours
- ``filtering``: which rows of a segment pass a filter
- ``scoring``: the best rows for a query, and which way to them is cheaper; ``ann`` is in it
- ``segment``: the files of a segment, written once, and opened
- ``generations``: staging, publishing, removing, compacting, opening
- ``integrity``: whether an index is as it was written, and repairing it

duckdb and faiss are imported where they are used, and so is torch, for scans on a GPU: opening an
index and reading its vectors needs none of them.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.index.arrays.row_ranges import RowRanges
    from geosearch.index.filtering.area import Area
    from geosearch.index.filtering.filter import Filter, TimeSpan, ValueRange
    from geosearch.index.folder.fit import require_fit
    from geosearch.index.folder.layout import MANIFEST
    from geosearch.index.folder.unfinished import Unfinished
    from geosearch.index.generations.background import Background, NoBackground
    from geosearch.index.generations.compaction import Compaction, compact
    from geosearch.index.generations.memory_budget import memory_budget, parse_size, rows_within
    from geosearch.index.generations.merge_policy import MAX_SEGMENT_ROWS
    from geosearch.index.generations.published_scenes import PublishedScene
    from geosearch.index.generations.reader import (
        BankInfo,
        Generation,
        IndexInfo,
        SegmentInfo,
        open_index,
        read_unfinished,
    )
    from geosearch.index.generations.removal import Removal, remove_chips
    from geosearch.index.generations.staging import UnfinishedScene
    from geosearch.index.generations.writer import IndexWriter, PublishResult
    from geosearch.index.integrity.problems import Problem
    from geosearch.index.integrity.repair import repair
    from geosearch.index.integrity.verify import verify
    from geosearch.index.records import (
        UNKNOWN_ENCODER,
        UNKNOWN_TIME,
        ChipBatch,
        ChipRecord,
        IndexSpec,
        SceneRecord,
        moment_of,
    )
    from geosearch.index.scoring.ann.eligibility import AnnChoice, require_ann
    from geosearch.index.scoring.cuda_scan import DeviceScan
    from geosearch.index.scoring.search import (
        SearchOptions,
        SegmentAnswer,
        SegmentAnswers,
        SegmentPlan,
        Tier,
    )
    from geosearch.index.segment.reader import Segment

__all__ = [
    "MANIFEST",
    "MAX_SEGMENT_ROWS",
    "UNKNOWN_ENCODER",
    "UNKNOWN_TIME",
    "AnnChoice",
    "Area",
    "Background",
    "BankInfo",
    "ChipBatch",
    "ChipRecord",
    "Compaction",
    "DeviceScan",
    "Filter",
    "Generation",
    "IndexInfo",
    "IndexSpec",
    "IndexWriter",
    "NoBackground",
    "Problem",
    "PublishResult",
    "PublishedScene",
    "Removal",
    "RowRanges",
    "SceneRecord",
    "SearchOptions",
    "Segment",
    "SegmentAnswer",
    "SegmentAnswers",
    "SegmentInfo",
    "SegmentPlan",
    "Tier",
    "TimeSpan",
    "Unfinished",
    "UnfinishedScene",
    "ValueRange",
    "compact",
    "memory_budget",
    "moment_of",
    "open_index",
    "parse_size",
    "read_unfinished",
    "remove_chips",
    "repair",
    "require_ann",
    "require_fit",
    "rows_within",
    "verify",
]

_HOME = {
    "AnnChoice": "scoring.ann.eligibility",
    "Area": "filtering.area",
    "Background": "generations.background",
    "BankInfo": "generations.reader",
    "ChipBatch": "records",
    "ChipRecord": "records",
    "Compaction": "generations.compaction",
    "DeviceScan": "scoring.cuda_scan",
    "Filter": "filtering.filter",
    "Generation": "generations.reader",
    "IndexInfo": "generations.reader",
    "IndexSpec": "records",
    "IndexWriter": "generations.writer",
    "MANIFEST": "folder.layout",
    "MAX_SEGMENT_ROWS": "generations.merge_policy",
    "NoBackground": "generations.background",
    "Problem": "integrity.problems",
    "PublishResult": "generations.writer",
    "PublishedScene": "generations.published_scenes",
    "Removal": "generations.removal",
    "RowRanges": "arrays.row_ranges",
    "SceneRecord": "records",
    "SearchOptions": "scoring.search",
    "Segment": "segment.reader",
    "SegmentAnswer": "scoring.search",
    "SegmentAnswers": "scoring.search",
    "SegmentInfo": "generations.reader",
    "SegmentPlan": "scoring.search",
    "Tier": "scoring.search",
    "TimeSpan": "filtering.filter",
    "UNKNOWN_ENCODER": "records",
    "UNKNOWN_TIME": "records",
    "Unfinished": "folder.unfinished",
    "UnfinishedScene": "generations.staging",
    "ValueRange": "filtering.filter",
    "compact": "generations.compaction",
    "memory_budget": "generations.memory_budget",
    "moment_of": "records",
    "open_index": "generations.reader",
    "parse_size": "generations.memory_budget",
    "read_unfinished": "generations.reader",
    "remove_chips": "generations.removal",
    "repair": "integrity.repair",
    "require_ann": "scoring.ann.eligibility",
    "require_fit": "folder.fit",
    "rows_within": "generations.memory_budget",
    "verify": "integrity.verify",
}

__getattr__ = lazy_names(__name__, _HOME)
