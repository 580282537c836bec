"""Ingest: the indexing pipeline, scenes → encoders → index."""

from geosearch.ingest.pipeline import AnnKind, ChipSettings, ingest
from geosearch.ingest.report import BuildReport, SceneCount

__all__ = ["AnnKind", "BuildReport", "ChipSettings", "SceneCount", "ingest"]
