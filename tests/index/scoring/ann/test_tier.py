"""The approximate tier finds what the exact scan finds, and only what passes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.indexes.clusters import clustered, recall

from geosearch.errors import IndexFolderError
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.codes import codes_within, sub_quantizers
from geosearch.index.scoring.ann.tier import ApproximateTier, row_code_bytes
from geosearch.index.scoring.ann.training import build_tier, list_count


@pytest.mark.parametrize("fraction", [1, 0.3, 0.1])
@pytest.mark.parametrize("memory_bytes", [None, 300_000])
def test_nearly_all_of_the_true_ten_are_among_the_candidates(
    tmp_path: Path, fraction: float, memory_bytes: int | None
) -> None:
    vectors = clustered(8000, 64)
    build_tier(tmp_path / "ann", vectors, memory_bytes)
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    queries = clustered(30, 64, seed=9).astype(np.float32)
    assert recall(tier, vectors, queries, fraction) >= 0.97


@pytest.mark.parametrize(("memory_bytes", "code"), [(None, 128), (200_000, 64)])
def test_real_image_vectors_are_found_by_real_text_vectors(
    tmp_path: Path, shared_data: Path, memory_bytes: int | None, code: int
) -> None:
    with np.load(shared_data / "whurs19_vectors.npz") as stored:
        vectors = stored["RemoteCLIP_ViT-B-32/images"]
        texts = stored["RemoteCLIP_ViT-B-32/class_texts"].astype(np.float32)
    build_tier(tmp_path / "ann", vectors, memory_bytes)
    assert row_code_bytes(tmp_path / "ann", 512) == code
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    assert recall(tier, vectors, texts, 1) >= 0.97


@pytest.mark.parametrize(("rows", "dim"), [(16, 8), (40, 10), (300, 7), (64, 33)])
def test_small_segments_and_odd_dimensions_are_encoded(tmp_path: Path, rows: int, dim: int) -> None:
    vectors = clustered(rows, dim)
    build_tier(tmp_path / "ann", vectors)
    tier = ApproximateTier(tmp_path / "ann", rows, dim)
    found = tier.candidates(vectors[3].astype(np.float32), RowRanges.span(0, rows), rows, 1.0).rows
    assert sorted(found) == list(range(rows))


def test_two_builds_of_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    vectors = clustered(500, 16)
    for name in ("one", "two"):
        build_tier(tmp_path / name, vectors)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_codes_are_halved_where_they_would_take_over_half_of_the_memory() -> None:
    assert codes_within(None, 10**9, 512) == 256
    assert codes_within(2 * 136 * 1000, 1000, 512) == 256
    assert codes_within(2 * 136 * 1000 - 2, 1000, 512) == 128
    coarse = [codes_within(0, 1000, dim) for dim in (512, 768, 10, 9, 11, 22)]
    assert coarse == [128, 192, 2, 3, 11, 11]


def test_a_tier_of_half_the_codes_takes_half_of_their_room(tmp_path: Path) -> None:
    vectors = clustered(8192, 64)
    for name, memory_bytes in (("fine", None), ("coarse", 300_000)):
        build_tier(tmp_path / name, vectors, memory_bytes)
        with np.load(tmp_path / name / "lists.npz") as lists:
            sizes = lists["sizes"]
        stored = (tmp_path / name / "codes.lists").stat().st_size
        # lists begin at a block of 32 rows; an id has eight bytes
        padded = int((-(-sizes // 32) * 32).sum())
        code = row_code_bytes(tmp_path / name, 64)
        assert code == (16 if name == "fine" else 8)
        assert stored - padded * (code + 8) in range(64 * len(sizes))


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (None, "sub_quantizers"), (np.int64(4), "it has .* bytes"),  # codes are twice as long
        (np.int64(3), "3 parts"), (np.int64(0), "0 parts"), (np.int64(-8), "-8 parts"),
        (np.float64(8), "parts"), (np.array([8, 8]), "parts"),
    ],
)  # fmt: skip
def test_a_code_size_that_the_codes_have_not_is_refused(
    tmp_path: Path, forged: np.ndarray | None, reason: str
) -> None:
    build_tier(tmp_path / "ann", clustered(500, 16))
    change_lists(tmp_path / "ann", sub_quantizers=forged)
    with pytest.raises(IndexFolderError, match=reason):
        ApproximateTier(tmp_path / "ann", 500, 16)


def change_lists(folder: Path, **changes: np.ndarray | None) -> None:
    """Change arrays of a tier, or leave one out."""
    with np.load(folder / "lists.npz") as stored:
        lists = dict(stored) | changes
    np.savez(folder / "lists.npz", **{k: v for k, v in lists.items() if v is not None})


def test_little_memory_makes_a_small_sample_and_lists_that_it_can_fill(tmp_path: Path) -> None:
    assert list_count(1_000_000, 131_072) == 2048
    assert list_count(1_000_000, 20_000) == 512
    vectors = clustered(20_000, 16)
    build_tier(tmp_path / "ann", vectors, 400_000)  # of which the sample may take a quarter
    with np.load(tmp_path / "ann" / "lists.npz") as stored:
        assert len(stored["sizes"]) == list_count(20_000, 4096) < list_count(20_000)


def test_a_tier_of_other_rows_is_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    with pytest.raises(IndexFolderError, match="99 rows"):
        ApproximateTier(tmp_path / "ann", 99, 16)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    codes = tmp_path / "ann" / "codes.lists"
    codes.write_bytes(codes.read_bytes()[:200])
    with pytest.raises(IndexFolderError, match="damaged"):
        ApproximateTier(tmp_path / "ann", 100, 16)


def test_lists_grow_with_the_root_of_the_rows() -> None:
    assert [list_count(n) for n in (16, 1000, 1_000_000)] == [4, 64, 2048]


def test_a_sub_quantizer_takes_two_numbers_where_they_divide() -> None:
    assert [sub_quantizers(dim) for dim in (512, 768, 10, 9, 11)] == [256, 384, 5, 3, 11]


def test_lists_that_do_not_fit_the_codes_are_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    with np.load(tmp_path / "ann" / "lists.npz") as stored:
        twice = np.vstack([stored["centroids"]] * 2)  # would be read beyond the end
    change_lists(tmp_path / "ann", centroids=twice)
    with pytest.raises(IndexFolderError, match="does not describe"):
        ApproximateTier(tmp_path / "ann", 100, 16)


def test_a_list_that_names_rows_there_are_not_is_an_error(tmp_path: Path) -> None:
    vectors = clustered(100, 16)
    build_tier(tmp_path / "ann", vectors)
    codes = tmp_path / "ann" / "codes.lists"
    written = np.frombuffer(codes.read_bytes(), np.uint8).copy()
    tier = ApproximateTier(tmp_path / "ann", 100, 16)
    ids = np.arange(100, dtype=np.int64)
    for at in range(0, len(written) - 8, 8):  # ids are eight bytes, aligned
        number = written[at : at + 8].view(np.int64)
        if number[0] in ids:
            number[0] = 1 << 40
    del tier
    codes.write_bytes(written.tobytes())
    forged = ApproximateTier(tmp_path / "ann", 100, 16)
    with pytest.raises(IndexFolderError, match="names row"):
        forged.candidates(vectors[3].astype(np.float32), RowRanges.span(0, 100), 100, 1.0)


def test_lists_of_negative_size_are_refused(tmp_path: Path) -> None:
    build_tier(tmp_path / "ann", clustered(100, 16))
    with np.load(tmp_path / "ann" / "lists.npz") as stored:
        lists = dict(stored)
    lists["sizes"] = lists["sizes"] + np.r_[200, -200, np.zeros(len(lists["sizes"]) - 2, np.int64)]
    np.savez(tmp_path / "ann" / "lists.npz", **lists)
    with pytest.raises(IndexFolderError, match="do not hold"):
        ApproximateTier(tmp_path / "ann", 100, 16)


def test_the_mapped_lists_answer_as_the_index_they_were_written_from(tmp_path: Path) -> None:
    """FAISS's own index of the same training, in memory, is the independent truth."""
    import faiss

    vectors = clustered(3000, 32)
    build_tier(tmp_path / "ann", vectors)
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    with np.load(tmp_path / "ann" / "lists.npz") as stored:
        mean, centroids, codebook = stored["mean"], stored["centroids"], stored["codebook"]
    quantizer = faiss.IndexFlatL2(32)
    quantizer.add(centroids)
    own: Any = faiss.IndexIVFPQFastScan(
        quantizer, 32, len(centroids), sub_quantizers(32), 4, faiss.METRIC_INNER_PRODUCT
    )
    own.by_residual, own.is_trained, own.nprobe = True, True, len(centroids)
    faiss.copy_array_to_vector(codebook, own.pq.centroids)
    own.add(vectors.astype(np.float32) - mean)
    for query in clustered(5, 32, seed=3).astype(np.float32):
        quantizer_scores = centroids @ query
        lists = np.arange(len(centroids))[None].astype(np.int64)
        _, expected = own.search_preassigned(
            query[None], 50, lists, quantizer_scores[None].astype(np.float32)
        )
        found = tier.candidates(query, RowRanges.span(0, 3000), 50, 1.0).rows
        assert len(np.intersect1d(found, expected[0])) >= 49  # equal codes may change places
