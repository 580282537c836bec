"""Ingest: the indexing pipeline, scenes → encoders → index."""

from geosearch.ingest.intervals import Intervals
from geosearch.ingest.memory import RunMemory, run_memory
from geosearch.ingest.pipeline import AnnKind, ingest, look_for_scenes
from geosearch.ingest.planning import IndexPlan, plan
from geosearch.ingest.report import BuildReport, SceneCount
from geosearch.ingest.settings import MIN_VALID, ChipSettings

__all__ = [
    "MIN_VALID",
    "AnnKind",
    "BuildReport",
    "ChipSettings",
    "IndexPlan",
    "Intervals",
    "RunMemory",
    "SceneCount",
    "ingest",
    "look_for_scenes",
    "plan",
    "run_memory",
]
