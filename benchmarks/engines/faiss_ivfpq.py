"""FAISS in memory, filtered afterwards."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Rows, meets
from benchmarks.engines.engine import Box, Engine, Setting, blocks


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
        for _, vectors in blocks(rows, 65_536):
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

        how = faiss.SearchParametersIVF(nprobe=setting.values["nprobe"])  # type: ignore[call-arg]
        _, found = self._index.search(query[None], setting.values["candidates"], params=how)
        candidates = found[0][found[0] >= 0]
        if box is not None:
            candidates = candidates[meets(self._bounds[candidates], box)]
        scores = self._vectors[candidates] @ query
        return [int(row) for row in candidates[np.argsort(-scores)[:K]]]
