"""Ingest: the indexing pipeline, scenes → encoders → index."""

from geosearch.ingest.estimate import IndexingEstimate, estimate
from geosearch.ingest.intervals import Intervals
from geosearch.ingest.memory import RunMemory, run_memory
from geosearch.ingest.pipeline import ingest, look_for_scenes
from geosearch.ingest.questions import QUESTIONS, embedded_questions
from geosearch.ingest.report import BuildReport, SceneCount
from geosearch.ingest.settings import RunSettings, require_readable

__all__ = [
    "QUESTIONS",
    "BuildReport",
    "IndexingEstimate",
    "Intervals",
    "RunMemory",
    "RunSettings",
    "SceneCount",
    "embedded_questions",
    "estimate",
    "ingest",
    "look_for_scenes",
    "require_readable",
    "run_memory",
]
