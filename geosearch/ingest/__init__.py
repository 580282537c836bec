"""Ingest: the indexing pipeline, scenes → encoders → index.

Its rooms, bottom first: `run` (settings, memory, what is done), `identity` (which scene a file is),
`embedding` (the chips of one scene). `pipeline` leads scenes through them, `scene_file` one of
them; `estimate` says what that would do.
"""

from geosearch.ingest.calibration_texts import (
    CALIBRATION_TEXTS,
    embedded_calibration_texts,
    embedded_phrases,
)
from geosearch.ingest.estimate import IndexingEstimate, estimate
from geosearch.ingest.pipeline import ingest, look_for_scenes
from geosearch.ingest.run.options import RunOptions
from geosearch.ingest.run.report import BuildReport, SceneCount
from geosearch.ingest.run.settings import RunSettings, require_readable

__all__ = [
    "CALIBRATION_TEXTS",
    "BuildReport",
    "IndexingEstimate",
    "RunOptions",
    "RunSettings",
    "SceneCount",
    "embedded_calibration_texts",
    "embedded_phrases",
    "estimate",
    "ingest",
    "look_for_scenes",
    "require_readable",
]
