"""The figures by which weights of `mini` are chosen, and which its model card tells."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder
from geosearch.evaluation import (
    EUROSAT_TEMPLATES,
    average_precision,
    class_vectors,
    precision_at,
    recalls,
    top1_accuracy,
)
from workshop.mini.figures.answer_sheet import Answer

EXAMPLE = "tennis court between two white buildings"
"""The sentence that the demo's scenes are searched for."""

_CLASS_TEMPLATES = ("a satellite photo of a {}.", "a satellite image of {}")


class LabelledImages(Protocol):
    """Images with captions and class names."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """uint8 [n, h, w, 3]."""

    @property
    def captions(self) -> tuple[tuple[str, ...], ...]:
        """Sentences of each; none where only the class is known."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class of each, in words."""


class HeldOutSets(Protocol):
    """The sets that were kept from training."""

    @property
    def eurosat(self) -> LabelledImages:
        """EuroSAT's held-out pictures, labelled with CLIP's names."""

    @property
    def ucm(self) -> LabelledImages:
        """The val part of UCM-Captions."""

    @property
    def rsicd(self) -> LabelledImages:
        """The val part of the RSICD sentences."""

    @property
    def demo(self) -> LabelledImages:
        """Demo chips of other draws, labelled with their plainest sentence."""


def judge(encoder: Encoder, sets: HeldOutSets) -> dict[str, Any]:
    """Return all figures as JSON values; fractions are 0..1, mR in percent."""
    figures: dict[str, Any] = {"eurosat_top1": _eurosat(encoder, sets.eurosat)}
    for name, pictures in (("ucm", sets.ucm), ("rsicd", sets.rsicd)):
        vectors = encoder.encode_images(pictures.images)
        figures[f"{name}_mr"] = round(_mean_recall(encoder, pictures, vectors), 2)
        figures |= {f"{name}_{k}": v for k, v in _by_class(encoder, pictures, vectors).items()}
    return figures | {f"demo_{k}": v for k, v in _demo(encoder, sets.demo).items()}


def _eurosat(encoder: Encoder, pictures: LabelledImages) -> float:
    names, labels = _numbered(pictures.labels)
    classes = class_vectors(encoder, names, EUROSAT_TEMPLATES)
    return round(top1_accuracy(encoder.encode_images(pictures.images), labels, classes), 4)


def _mean_recall(encoder: Encoder, pictures: LabelledImages, vectors: NDArray[np.float32]) -> float:
    texts = [text for texts in pictures.captions for text in texts]
    owner = np.repeat(np.arange(len(pictures.captions)), [len(t) for t in pictures.captions])
    return recalls(vectors, encoder.encode_texts(texts), owner).mean


def _by_class(
    encoder: Encoder, pictures: LabelledImages, vectors: NDArray[np.float32]
) -> dict[str, float]:
    """Return top-1 accuracy by names, and precision of the ten best pictures of each class."""
    names, labels = _numbered(pictures.labels)
    classes = class_vectors(encoder, names, _CLASS_TEMPLATES)
    scores = classes @ vectors.T
    best = [precision_at(10, scores[i], labels == i) for i in range(len(names))]
    accuracy = top1_accuracy(vectors, labels, classes)
    return {"top1": round(accuracy, 4), "p10": round(float(np.mean(best)), 4)}


def _demo(encoder: Encoder, pictures: LabelledImages) -> dict[str, Any]:
    """Return how the README's example fares, and all the demo's sentences on average."""
    vectors = encoder.encode_images(pictures.images)
    names, labels = _numbered(pictures.labels)
    scores = encoder.encode_texts(names) @ vectors.T
    result: dict[str, Any] = {
        "mean_ap": round(
            float(np.mean([average_precision(scores[i], labels == i) for i in range(len(names))])),
            4,
        )
    }
    if EXAMPLE in names:
        example = names.index(EXAMPLE)
        result |= _example(scores[example], labels == example)
    return result


def worst_sentences(
    encoder: Encoder, pictures: LabelledImages, count: int, answers: int = 5
) -> list[tuple[str, list[Answer]]]:
    """Return the sentences that find least, with their average precision and first answers.

    Args:
        encoder: The encoder to judge.
        pictures: Labelled with their plainest sentence.
        count: How many sentences.
        answers: How many answers of each.
    """
    vectors = encoder.encode_images(pictures.images)
    names, labels = _numbered(pictures.labels)
    scores = encoder.encode_texts(names) @ vectors.T
    precisions = [average_precision(scores[i], labels == i) for i in range(len(names))]
    rows = []
    for i in np.argsort(precisions, kind="stable")[:count]:
        best = np.argsort(-scores[i], kind="stable")[:answers]
        found = [
            Answer(pictures.labels[k], labels[k] == i, float(scores[i, k]), pictures.images[k])
            for k in best
        ]
        rows.append((f"{names[i]}   (average precision {precisions[i]:.2f})", found))
    return rows


def _example(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> dict[str, Any]:
    order = np.argsort(-scores, kind="stable")
    places = np.flatnonzero(right[order]) + 1
    return {
        "example_right_first": bool(right[order[0]]),
        "example_margin": round(float(scores[right].max() - scores[~right].max()), 4),
        "example_ap": round(average_precision(scores, right), 4),
        "example_chips": int(right.sum()),
        "example_median_rank": float(np.median(places)),
        "example_first_wrong_rank": int(np.flatnonzero(~right[order])[0]) + 1,
    }


def _numbered(labels: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    names = sorted(set(labels))
    return names, np.asarray([names.index(label) for label in labels])
