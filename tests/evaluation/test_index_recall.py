"""Recall of an index by selectivity, against brute force over its vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely

from geosearch.chips import ResolvedChips
from geosearch.errors import UsageError
from geosearch.evaluation import evaluate_recall
from geosearch.index import ChipBatch, Generation, IndexSpec, IndexWriter, SceneRecord, open_index

DIM, COUNT = 16, 3000


class Seeded:
    """A text's vector is drawn by its number."""

    name, fingerprint, precision, device = "none", "none-0", "float32", "cpu"
    dim, image_size, text_length = DIM, 64, 8

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        drawn = [np.random.default_rng(int(text)).normal(size=DIM) for text in texts]
        return np.asarray([v / np.linalg.norm(v) for v in drawn], np.float32)


def build(folder: Path, ann: str) -> Generation:
    rng = np.random.default_rng(0)
    columns, rows = (part.ravel() for part in np.meshgrid(np.arange(60), np.arange(50)))
    vectors = rng.normal(size=(COUNT, DIM))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    lon, lat = columns / 10, rows / 10
    scene = SceneRecord(
        id="one.tif", href="/nowhere/one.tif", size_bytes=1, state="1", width_px=3840,
        height_px=3200, crs="EPSG:4326", gsd_m=100.0, datetime=None, datetime_source=None,
        bands=(1, 2, 3), stretch=None, outline=shapely.box(0, 0, 6, 5), chips_skipped=0,
    )  # fmt: skip
    batch = ChipBatch(
        np.stack([columns * 64, rows * 64, *[np.full(COUNT, 64)] * 2], axis=1).astype(np.int32),
        shapely.box(lon, lat, lon + 0.1, lat + 0.1),
        np.full((COUNT, 2), 6400, np.float32),
        np.ones(COUNT, np.float32),
        np.zeros(COUNT, np.float32),
        np.full(COUNT, 100, np.float32),
        vectors.astype(np.float32),
    )
    spec = IndexSpec("none", "none-0", DIM, "float32", None, ResolvedChips(64, 64))
    with IndexWriter(folder, spec, ann=ann) as writer:
        writer.stage(scene, batch)
        writer.publish()
    return open_index(folder)


TEXTS = [str(number) for number in range(12)]


def test_an_exact_index_has_full_recall(tmp_path: Path) -> None:
    report = evaluate_recall(build(tmp_path / "flat", "flat"), Seeded(), TEXTS)
    assert set(report.figures.values()) == {1.0}
    assert {row[4] for row in report.breakdowns[0].rows} == {0.0}


def test_filters_leave_about_what_was_asked(tmp_path: Path) -> None:
    report = evaluate_recall(build(tmp_path / "flat", "flat"), Seeded(), TEXTS)
    for asked, _, _, passed, _ in report.breakdowns[0].rows:
        # a box meets whole chips: at the least one and those around it
        assert asked * 0.99 <= passed <= max(2.5 * asked, 12 / COUNT)


def test_an_approximate_index_is_compared_with_brute_force(tmp_path: Path) -> None:
    index = build(tmp_path / "ann", "ivfpq")
    report = evaluate_recall(index, Seeded(), TEXTS, selectivities=(1.0,), k=10)
    (row,) = report.breakdowns[0].rows
    assert row[4] == 1.0  # the approximate tier answered
    assert 0.5 < row[1] <= 1.0
    assert report.figures == {"recall@10 at 1": row[1]}
    assert not report.notes


@pytest.mark.parametrize("wrong", [{"selectivities": (0.0,)}, {"selectivities": (2.0,)}, {"k": 0}])
def test_what_cannot_be_meant_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    index = build(tmp_path / "flat", "flat")
    with pytest.raises(UsageError):
        evaluate_recall(index, Seeded(), TEXTS, **wrong)  # type: ignore[arg-type]
