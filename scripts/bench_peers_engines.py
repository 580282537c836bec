"""Engines that answer the same questions, each set up as its own documentation says.

An engine is built into a folder, opened from it by another process, and asked for the rows that
are most like a query among those whose bounds meet a box.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from bench_cases import K, Rows, meets
from numpy.typing import NDArray

Box = tuple[float, float, float, float]

SLOW_ROWS = 100_000
"""Rows for an engine that would take hours to build, or seconds to ask, with more."""

_SIDES = ("west", "south", "east", "north")
_MEETS = "west <= {2} AND east >= {0} AND south <= {3} AND north >= {1}"
"""A filter as several engines read it, of a box's west, south, east, north."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A way to ask an engine."""

    name: str
    values: dict[str, int] = field(default_factory=dict)


class Engine(ABC):
    """Opened from its folder; asked by one thread."""

    name: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]
    """What it needs."""
    packages: ClassVar[tuple[str, ...]]
    """Distributions that bring them; the versions of those that are there are told."""
    setup: ClassVar[str]
    """How it is built, a few words."""
    settings: ClassVar[tuple[Setting, ...]] = (Setting("as it comes"),)
    most_rows: ClassVar[int | None] = None

    @classmethod
    @abstractmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Store all rows, in an empty folder."""

    @abstractmethod
    def __init__(self, folder: Path, rows: Rows) -> None: ...

    @abstractmethod
    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Return the numbers of the best `K` rows that it finds."""

    @classmethod
    def missing(cls) -> list[str]:
        """Return the modules that are not installed."""
        return [module for module in cls.modules if find_spec(module) is None]

    @classmethod
    def versions(cls) -> dict[str, str]:
        """Return the versions of its packages."""
        found = {}
        for package in cls.packages:
            try:
                found[package] = version(package)
            except PackageNotFoundError:
                continue
        return found


def _blocks(rows: Rows, size: int) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield the vectors in float32, a block at a time."""
    for first in range(0, rows.count, size):
        some = slice(first, min(first + size, rows.count))
        yield some, rows.vectors[some].astype(np.float32)


class Geosearch(Engine):
    """geosearch itself: what `geosearch index` writes, asked as `geosearch query` asks."""

    name = "geosearch"
    modules = ("geosearch", "faiss", "duckdb")
    packages = ("faiss-cpu", "faiss-gpu", "duckdb")
    setup = "as `geosearch index` writes it"

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Stage scene by scene, then publish."""
        from geosearch.chips import ResolvedChips
        from geosearch.index import IndexSpec, IndexWriter

        spec = IndexSpec("bench", "bench", rows.dim, "float32", None, ResolvedChips(128, 128))
        ends = np.flatnonzero(np.diff(rows.scene)) + 1
        starts = [0, *ends.tolist(), rows.count]
        with IndexWriter(folder, spec) as writer:
            for first, end in pairwise(starts):
                writer.stage(*_scene(rows, slice(first, end)))
            writer.publish()

    def __init__(self, folder: Path, rows: Rows) -> None:
        from geosearch.index import open_index

        self._index = open_index(folder)

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search, with the box for a filter."""
        from geosearch.search import make_filter, search

        hits, _ = search(self._index, query, wanted=make_filter(bbox=box), k=K)
        return [int(hit.id) for hit in hits]


def _scene(rows: Rows, some: slice) -> tuple[Any, Any]:
    """Return a scene as geosearch stages it, each chip with the number of its row for an id."""
    import shapely

    from geosearch.index import ChipBatch, SceneRecord

    bounds, size_px = rows.bounds[some], 128
    count, name = len(bounds), f"scene-{rows.scene[some.start]:07d}"
    outline = shapely.box(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    record = SceneRecord(
        id=name, href=f"/{name}.tif", size_bytes=1, state="1", width_px=size_px * count,
        height_px=size_px, crs="EPSG:4326", gsd_m=1.7, datetime=None, datetime_source=None,
        bands=(1, 2, 3), stretch=None, outline=outline, chips_skipped=0,
    )  # fmt: skip
    windows = np.full((count, 4), (0, 0, size_px, size_px), np.int32)
    windows[:, 0] = size_px * np.arange(count)
    return record, ChipBatch(
        windows=windows,
        footprints=np.asarray(shapely.box(*bounds.T), dtype=object),
        size_m=np.full((count, 2), 220, np.float32),
        valid=np.ones(count, np.float32),
        cloud=np.zeros(count, np.float32),
        gsd_m=np.full(count, 1.7, np.float32),
        vectors=rows.vectors[some].astype(np.float32),
        ids=np.array([str(row) for row in range(some.start, some.stop)], dtype=object),
        time_ms=rows.time_ms[some],
    )


class PlainFaiss(Engine):
    """IVF-PQ in memory; the filter is applied to what it finds, the rest ranked in float32."""

    name = "FAISS IVF-PQ, post-filter"
    modules = ("faiss",)
    packages = ("faiss-cpu", "faiss-gpu")
    setup = "IVF of about 4 sqrt(n) lists, PQ64; candidates filtered, then ranked in float32"
    settings = (
        Setting("nprobe 16, 500 candidates", {"nprobe": 16, "candidates": 500}),
        Setting("nprobe 64, 2,000 candidates", {"nprobe": 64, "candidates": 2_000}),
        Setting("nprobe 256, 2,000 candidates", {"nprobe": 256, "candidates": 2_000}),
        Setting("nprobe 256, 20,000 candidates", {"nprobe": 256, "candidates": 20_000}),
    )

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Train on a sample, add all rows, keep the vectors beside."""
        import faiss

        lists = min(2 ** round(np.log2(4 * rows.count**0.5)), max(rows.count // 39, 1))
        codes = next(one for one in (64, 32, 16, 8, 4, 2, 1) if rows.dim % one == 0)
        # np: without polysemous codes, which a search in lists does not use, and which take minutes
        kind = f"IVF{lists},PQ{codes}np"
        index = faiss.index_factory(rows.dim, kind, faiss.METRIC_INNER_PRODUCT)
        sampled = np.random.default_rng(0).permutation(rows.count)[: 64 * lists + 8192]
        index.train(rows.vectors[np.sort(sampled)].astype(np.float32))
        for _, vectors in _blocks(rows, 65_536):
            index.add(vectors)
        faiss.write_index(index, str(folder / "ivfpq.faiss"))
        np.save(folder / "vectors.npy", rows.vectors)
        np.save(folder / "bounds.npy", rows.bounds)

    def __init__(self, folder: Path, rows: Rows) -> None:
        import faiss

        faiss.omp_set_num_threads(1)
        self._index = faiss.read_index(str(folder / "ivfpq.faiss"))
        self._vectors = np.load(folder / "vectors.npy").astype(np.float32)
        self._bounds = np.load(folder / "bounds.npy")

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Leave out candidates beyond the box, rank the others."""
        import faiss

        how = faiss.SearchParametersIVF(nprobe=setting.values["nprobe"])
        _, found = self._index.search(query[None], setting.values["candidates"], params=how)
        candidates = found[0][found[0] >= 0]
        if box is not None:
            candidates = candidates[meets(self._bounds[candidates], box)]
        scores = self._vectors[candidates] @ query
        return [int(row) for row in candidates[np.argsort(-scores)[:K]]]


class DuckDB(Engine):
    """Exact: all vectors that pass are scored."""

    name = "DuckDB"
    modules = ("duckdb", "pyarrow")
    packages = ("duckdb",)
    setup = "FLOAT[n] column, rows ordered by place"
    settings = (Setting("exact"),)

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Insert the rows, those of a place together."""
        import duckdb

        # its guide to indexing: order by what is filtered, so that whole row groups are skipped
        cells = np.floor(rows.bounds / 4)
        order = np.lexsort((cells[:, 0], cells[:, 1]))
        with duckdb.connect(str(folder / "chips.duckdb")) as database:
            sides = ", ".join(f"{side} DOUBLE" for side in _SIDES)
            database.execute(f"CREATE TABLE chips (id BIGINT, {sides}, vector FLOAT[{rows.dim}])")
            for first in range(0, rows.count, 50_000):
                table = _arrow_table(rows, order[first : first + 50_000])
                database.register("part", table)
                database.execute("INSERT INTO chips SELECT * FROM part")
                database.unregister("part")

    def __init__(self, folder: Path, rows: Rows) -> None:
        import duckdb

        self._database = duckdb.connect(
            str(folder / "chips.duckdb"), read_only=True, config={"threads": 1}
        )
        self._dim = rows.dim

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Order the rows that pass by inner product."""
        where = "" if box is None else f"WHERE {_MEETS.format('$2', '$3', '$4', '$5')}"
        found = self._database.execute(
            f"SELECT id FROM chips {where} "
            f"ORDER BY array_inner_product(vector, $1::FLOAT[{self._dim}]) DESC LIMIT {K}",
            [query.tolist(), *(box or ())],
        )
        return [row for (row,) in found.fetchall()]


def _arrow_table(rows: Rows, which: NDArray[np.int64]) -> Any:
    """Return rows as an Arrow table: id, bounds, vector."""
    import pyarrow as pa

    vectors = pa.array(rows.vectors[which].astype(np.float32).ravel())
    columns: dict[str, Any] = {"id": which}
    columns |= {side: rows.bounds[which, at] for at, side in enumerate(_SIDES)}
    columns["vector"] = pa.FixedSizeListArray.from_arrays(vectors, rows.dim)
    return pa.table(columns)


class LanceDB(Engine):
    """IVF_PQ with the filter first and float32 vectors to refine from."""

    name = "LanceDB"
    modules = ("lancedb", "pyarrow")
    packages = ("lancedb",)
    setup = "IVF_PQ, its own number of partitions, dim/8 sub-vectors, BTREE on each bound"
    settings = (
        Setting("nprobes 20, refine 20", {"nprobes": 20, "refine": 20}),
        Setting("nprobes 20, refine 100", {"nprobes": 20, "refine": 100}),
        Setting("nprobes 64, refine 500", {"nprobes": 64, "refine": 500}),
        Setting("exact, without the index"),
    )

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Write a table, then index its vectors and its bounds."""
        import lancedb
        from lancedb.index import BTree, IvfPq

        parts = (np.arange(some.start, some.stop) for some, _ in _blocks(rows, 50_000))
        first = _arrow_table(rows, np.arange(0))
        batches = (batch for part in parts for batch in _arrow_table(rows, part).to_batches())
        table = lancedb.connect(folder).create_table("chips", batches, schema=first.schema)
        table.create_index(
            "vector", config=IvfPq(distance_type="dot", num_sub_vectors=max(rows.dim // 8, 1))
        )
        for side in _SIDES:
            table.create_index(side, config=BTree())

    def __init__(self, folder: Path, rows: Rows) -> None:
        import lancedb

        self._table = lancedb.connect(folder).open_table("chips")

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search with the filter first."""
        search = self._table.search(query, vector_column_name="vector").distance_type("dot")
        if setting.values:
            search = search.nprobes(setting.values["nprobes"])
            search = search.refine_factor(setting.values["refine"])
        else:
            search = search.bypass_vector_index()
        if box is not None:
            search = search.where(_MEETS.format(*box), prefilter=True)
        found = search.select(["id", "_distance"]).limit(K).to_arrow()
        return [int(row) for row in found["id"].to_pylist()]


class MilvusLite(Engine):
    """milvus-lite through pymilvus; it runs a server of its own."""

    name = "milvus-lite"
    modules = ("pymilvus", "milvus_lite")
    packages = ("milvus-lite", "pymilvus")
    setup = "IVF_FLAT, 1,024 lists, and INVERTED on each bound"
    settings = (
        Setting("nprobe 64", {"nprobe": 64}),
        Setting("nprobe 256", {"nprobe": 256}),
    )
    most_rows = SLOW_ROWS

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Insert the rows, flush them, then index vectors and bounds."""
        from pymilvus import DataType, MilvusClient

        client = MilvusClient(str(folder / "chips.db"))
        schema = client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=rows.dim)
        for side in _SIDES:
            schema.add_field(side, DataType.DOUBLE)
        client.create_collection("chips", schema=schema)
        for some, vectors in _blocks(rows, 2_000):
            client.insert("chips", list(_records(rows, some, vectors)))
        client.flush("chips")
        how = client.prepare_index_params()
        lists = {"nlist": min(1024, max(rows.count // 39, 1))}
        how.add_index("vector", index_type="IVF_FLAT", metric_type="IP", params=lists)
        for side in _SIDES:
            how.add_index(side, index_type="INVERTED")
        client.create_index("chips", how)
        client.load_collection("chips")
        client.close()

    def __init__(self, folder: Path, rows: Rows) -> None:
        from pymilvus import MilvusClient

        self._client = MilvusClient(str(folder / "chips.db"))
        self._client.load_collection("chips")

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search with a filter expression."""
        found = self._client.search(
            "chips",
            data=[query.tolist()],
            anns_field="vector",
            limit=K,
            filter="" if box is None else _MEETS.format(*box),
            search_params={"metric_type": "IP", "params": setting.values},
        )
        return [int(hit["id"]) for hit in found[0]]


def _records(
    rows: Rows, some: slice, vectors: NDArray[np.float32]
) -> Iterator[dict[str, int | float | list[float]]]:
    for at, row in enumerate(range(some.start, some.stop)):
        bounds = dict(zip(_SIDES, rows.bounds[row].tolist(), strict=True))
        yield {"id": row, "vector": vectors[at].tolist(), **bounds}


class QdrantLocal(Engine):
    """qdrant-client without a server: exact, in NumPy."""

    name = "qdrant-client, local"
    modules = ("qdrant_client",)
    packages = ("qdrant-client",)
    setup = "local mode, exact; bounds in the payload"
    settings = (Setting("exact"),)
    most_rows = SLOW_ROWS

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Upsert points that have their bounds for a payload."""
        from qdrant_client import QdrantClient
        from qdrant_client.models import Batch, Distance, VectorParams

        client = QdrantClient(path=str(folder))
        client.create_collection(
            "chips", vectors_config=VectorParams(size=rows.dim, distance=Distance.DOT)
        )
        for some, vectors in _blocks(rows, 2_000):
            bounds = rows.bounds[some].tolist()
            payloads = [dict(zip(_SIDES, one, strict=True)) for one in bounds]
            ids = list(range(some.start, some.stop))
            client.upsert("chips", Batch(ids=ids, vectors=vectors.tolist(), payloads=payloads))
        client.close()

    def __init__(self, folder: Path, rows: Rows) -> None:
        from qdrant_client import QdrantClient

        self._client = QdrantClient(path=str(folder))

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search with ranges of the payload."""
        wanted = None if box is None else _qdrant_filter(box)
        found = self._client.query_points(
            "chips", query=query.tolist(), query_filter=wanted, limit=K, with_payload=False
        )
        return [int(point.id) for point in found.points]


def _qdrant_filter(box: Box) -> Any:
    from qdrant_client.models import FieldCondition, Filter, Range

    west, south, east, north = box
    wanted = {
        "west": Range(lte=east),
        "east": Range(gte=west),
        "south": Range(lte=north),
        "north": Range(gte=south),
    }
    return Filter(must=[FieldCondition(key=side, range=one) for side, one in wanted.items()])


ENGINES: Sequence[type[Engine]] = (
    Geosearch,
    PlainFaiss,
    DuckDB,
    LanceDB,
    MilvusLite,
    QdrantLocal,
)
"""All of them, geosearch first."""
