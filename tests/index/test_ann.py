"""The approximate tier finds what the exact scan finds, and only what passes."""

from pathlib import Path

import numpy as np
import pytest

from geosearch.errors import IndexFolderError
from geosearch.index.ann import ApproximateTier, build_tier, list_count, sub_quantizers
from geosearch.index.scan import best_rows


def clustered(rows: int, dim: int, seed: int = 0) -> np.ndarray:
    """Unit vectors around some hundred directions, as embeddings of an archive lie."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(120, dim))
    vectors = centres[rng.integers(0, 120, rows)] + 0.6 * rng.normal(size=(rows, dim))
    vectors += rng.normal(size=dim)  # a common part, which real embeddings have
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def recall(tier: ApproximateTier, vectors: np.ndarray, queries: np.ndarray, share: float) -> float:
    rng = np.random.default_rng(5)
    size = int(share * len(vectors))
    rows = None if share == 1 else np.sort(rng.choice(len(vectors), size, replace=False))
    found = []
    for query in queries:
        exact, _ = best_rows(vectors, query, rows, 10)
        candidates = np.sort(tier.candidates(query, rows, 400))
        assert rows is None or np.isin(candidates, rows).all()
        best, _ = best_rows(vectors, query, candidates, 10)
        found.append(len(np.intersect1d(exact, best)) / 10)
    return float(np.mean(found))


@pytest.mark.parametrize("share", [1, 0.3, 0.1])
def test_nearly_all_of_the_true_ten_are_among_the_candidates(tmp_path: Path, share: float) -> None:
    vectors = clustered(8000, 64)
    build_tier(tmp_path / "ann", vectors)
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    queries = clustered(30, 64, seed=9).astype(np.float32)
    assert recall(tier, vectors, queries, share) >= 0.97


def test_real_image_vectors_are_found_by_real_text_vectors(
    tmp_path: Path, shared_data: Path
) -> None:
    stored = np.load(shared_data / "whurs19_vectors.npz")
    vectors = stored["RemoteCLIP_ViT-B-32/images"]
    build_tier(tmp_path / "ann", vectors)
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    texts = stored["RemoteCLIP_ViT-B-32/class_texts"].astype(np.float32)
    assert recall(tier, vectors, texts, 1) >= 0.97


@pytest.mark.parametrize(("rows", "dim"), [(16, 8), (40, 10), (300, 7), (64, 33)])
def test_small_segments_and_odd_dimensions_are_encoded(tmp_path: Path, rows: int, dim: int) -> None:
    vectors = clustered(rows, dim)
    build_tier(tmp_path / "ann", vectors)
    tier = ApproximateTier(tmp_path / "ann", rows, dim)
    found = tier.candidates(vectors[3].astype(np.float32), None, rows)
    assert sorted(found) == list(range(rows))


def test_two_builds_of_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    vectors = clustered(500, 16)
    for name in ("one", "two"):
        build_tier(tmp_path / name, vectors)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_a_tier_of_other_rows_is_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    with pytest.raises(IndexFolderError, match="99 rows"):
        ApproximateTier(tmp_path / "ann", 99, 16)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    codes = tmp_path / "ann" / "ivfpq.faiss"
    codes.write_bytes(codes.read_bytes()[:200])
    with pytest.raises(IndexFolderError, match="damaged"):
        ApproximateTier(tmp_path / "ann", 100, 16)


def test_lists_grow_with_the_root_of_the_rows() -> None:
    assert [list_count(n) for n in (16, 1000, 1_000_000)] == [4, 64, 2048]


def test_a_sub_quantizer_takes_four_numbers_where_they_divide() -> None:
    assert [sub_quantizers(dim) for dim in (512, 768, 10, 9, 11)] == [128, 192, 5, 3, 11]


def test_lists_that_do_not_fit_the_codes_are_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    with np.load(tmp_path / "ann" / "lists.npz") as stored:
        lists = dict(stored)
    lists["centroids"] = np.vstack([lists["centroids"]] * 2)  # would be read beyond the end
    np.savez(tmp_path / "ann" / "lists.npz", **lists)
    with pytest.raises(IndexFolderError, match="does not describe"):
        ApproximateTier(tmp_path / "ann", 100, 16)


def test_another_kind_of_index_is_refused(tmp_path: Path) -> None:
    import faiss

    build_tier(tmp_path / "ann", clustered(100, 16))
    other = faiss.IndexFlatL2(16)
    other.add(np.zeros((100, 16), np.float32))
    faiss.write_index(other, str(tmp_path / "ann" / "ivfpq.faiss"))
    with pytest.raises(IndexFolderError, match="no IVF-PQ"):
        ApproximateTier(tmp_path / "ann", 100, 16)
