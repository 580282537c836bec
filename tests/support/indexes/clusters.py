"""Vectors in clusters, and how many of the nearest are among the candidates of a tier."""

import numpy as np

from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.exact import best_rows


def clustered(rows: int, dim: int, seed: int = 0) -> np.ndarray:
    """Unit vectors around some hundred directions, as embeddings of an archive lie."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(120, dim))
    vectors: np.ndarray = centres[rng.integers(0, 120, rows)] + 0.6 * rng.normal(size=(rows, dim))
    vectors += rng.normal(size=dim)  # a common part, which real embeddings have
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16)


def recall(
    tier: ApproximateTier, vectors: np.ndarray, queries: np.ndarray, fraction: float
) -> float:
    rng = np.random.default_rng(5)
    size = int(fraction * len(vectors))
    ranges = RowRanges.of_rows(np.sort(rng.choice(len(vectors), size, replace=False)))
    found = []
    for query in queries:
        exact, _ = best_rows(vectors, query, ranges, 10)
        candidates = np.sort(tier.candidates(query, ranges, 400, 0.3).rows)
        assert np.isin(candidates, ranges.rows()).all()
        best, _ = best_rows(vectors, query, RowRanges.of_rows(candidates), 10)
        found.append(len(np.intersect1d(exact, best)) / 10)
    return float(np.mean(found))
