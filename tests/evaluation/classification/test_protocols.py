"""Classification by names: what is counted, and TransCLIP's stored vectors give its figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geosearch.encoders import load_encoder
from geosearch.errors import UsageError
from geosearch.evaluation import evaluate_classification, open_pictures, read_class_names
from geosearch.evaluation.classification.protocols import confusion_matrix, prompt_vectors
from geosearch.evaluation.published import published_classification

Paint = Callable[[dict[str, tuple[int, int, int]]], tuple[Path, Path]]
IMAGES = {
    "RedRoof/1.png": (200, 10, 10),
    "RedRoof/2.png": (10, 10, 200),  # looks blue
    "GreenField/1.png": (10, 200, 10),
    "BlueLake/1.png": (10, 10, 200),
    "BlueLake/2.png": (20, 30, 220),
}


def test_classes_are_folders_and_errors_are_told(paint: Paint, colours: Any) -> None:
    for place in paint(IMAGES):
        with open_pictures(place) as pictures:
            report = evaluate_classification(colours, pictures, "remoteclip")
        assert report.counts == {"images": 5, "classes": 3, "templates": 1}
        assert report.figures == {"top1": 80.0, "mean-per-class": 83.33}
        assert report.confusion == ((2, 0, 0), (0, 1, 0), (1, 0, 1))
        by_class = {row[0]: row[1:] for row in report.breakdowns[0].rows}
        assert by_class["RedRoof"] == ("red roof", 2, 50.0, "BlueLake", 1)


def test_names_may_be_given(paint: Paint, colours: Any) -> None:
    swapped = {"RedRoof": "blue", "BlueLake": "red"}
    with open_pictures(paint(IMAGES)[0]) as pictures:
        report = evaluate_classification(colours, pictures, names=swapped)
        with pytest.raises(UsageError, match="Nowhere"):
            evaluate_classification(colours, pictures, names={"Nowhere": "x"})
    assert report.figures["top1"] == 40.0


def test_images_without_a_class_are_refused(paint: Paint, colours: Any) -> None:
    with open_pictures(paint({"1.png": (1, 2, 3)})[0]) as pictures, pytest.raises(UsageError):
        evaluate_classification(colours, pictures)


def test_raw_means_weigh_prompts_by_their_length(colours: Any) -> None:
    prompts = ["red red red", "blue"]
    raw = prompt_vectors(colours, prompts, 2, raw_mean=True)
    even = prompt_vectors(colours, prompts, 2, raw_mean=False)
    expected = np.array([[3.02, 0.02, 1.02]])
    np.testing.assert_allclose(raw, expected / np.linalg.norm(expected), atol=1e-6)
    assert even[0, 0] == pytest.approx(even[0, 2], abs=0.01)


def test_raw_text_vectors_are_the_unit_ones_with_a_length() -> None:
    encoder: Any = load_encoder("mini", device="cpu", precision="float32")
    texts = ["a river", "many houses along a street"]
    raw, unit = encoder.encode_texts_raw(texts), encoder.encode_texts(texts)
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    assert (np.abs(lengths - 1) > 1e-3).all()
    np.testing.assert_allclose(raw / lengths, unit, atol=1e-6)


@pytest.mark.parametrize(("model", "row"), [("RemoteCLIP", 3), ("GeoRSCLIP", 5)])
def test_transclip_s_stored_vectors_give_its_published_accuracy(
    shared_data: Path, model: str, row: int
) -> None:
    with np.load(shared_data / "whurs19_vectors.npz") as stored:
        images = stored[f"{model}_ViT-B-32/images"].astype(np.float32)
        classes = stored[f"{model}_ViT-B-32/class_texts"].astype(np.float32)
        labels = stored["labels"].astype(np.int64)
    guesses = (images @ classes.T).argmax(axis=1)
    counts = confusion_matrix(labels, guesses, 19)
    theirs = published_classification("transclip", "WHU-RS19", counts.sum())[row]
    assert theirs.model == f"{model} B/32"
    assert round(100 * np.trace(counts) / counts.sum(), 1) == theirs.figures["top1"]


@pytest.mark.parametrize("written", ["[1]", '{"a": 3}', "nothing"])
def test_names_that_are_none_are_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "names.json").write_text(written)
    with pytest.raises(UsageError):
        read_class_names(tmp_path / "names.json")
