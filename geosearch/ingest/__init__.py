"""Ingest: the indexing pipeline, scenes → encoders → index."""

from geosearch.ingest.intervals import Intervals
from geosearch.ingest.memory import RunMemory, run_memory
from geosearch.ingest.pipeline import AnnKind, ingest, look_for_scenes
from geosearch.ingest.planning import IndexPlan, plan
from geosearch.ingest.questions import QUESTIONS, embedded_questions
from geosearch.ingest.report import BuildReport, SceneCount
from geosearch.ingest.settings import MIN_VALID, ChipSettings, index_spec

__all__ = [
    "MIN_VALID",
    "QUESTIONS",
    "AnnKind",
    "BuildReport",
    "ChipSettings",
    "IndexPlan",
    "Intervals",
    "RunMemory",
    "SceneCount",
    "embedded_questions",
    "index_spec",
    "ingest",
    "look_for_scenes",
    "plan",
    "run_memory",
]
