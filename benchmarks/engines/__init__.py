"""Engines that geosearch is set beside, and the process that each of them runs in.

``ENGINES`` are all of them, geosearch first. An engine's own library is imported when it is built
or opened, so that one that is not installed can say so.
"""

from collections.abc import Sequence

from benchmarks.engines.duckdb_scan import DuckDB
from benchmarks.engines.engine import SLOW_ROWS, Engine
from benchmarks.engines.faiss_ivfpq import PlainFaiss
from benchmarks.engines.geosearch_index import Geosearch
from benchmarks.engines.lancedb_ivfpq import LanceDB
from benchmarks.engines.milvus_lite import MilvusLite
from benchmarks.engines.qdrant_local import QdrantLocal

ENGINES: Sequence[type[Engine]] = (
    Geosearch,
    PlainFaiss,
    DuckDB,
    LanceDB,
    MilvusLite,
    QdrantLocal,
)
"""All of them, geosearch first."""

__all__ = ["ENGINES", "SLOW_ROWS", "DuckDB", "Engine", "Geosearch", "PlainFaiss"]
