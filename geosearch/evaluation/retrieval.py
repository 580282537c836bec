"""Retrieval between images and captions, and of images by a sentence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Recalls:
    """Recall at 1, 5 and 10 in both directions, percent."""

    image_to_text: tuple[float, float, float]
    text_to_image: tuple[float, float, float]

    @property
    def mean(self) -> float:
        """Mean of the six, called mR."""
        return float(np.mean([*self.image_to_text, *self.text_to_image]))


def recalls(
    images: NDArray[np.float32], texts: NDArray[np.float32], owner: NDArray[np.int64]
) -> Recalls:
    """Return recalls of a captioned set, by the protocol of RemoteCLIP's ``retrieval.py``.

    An image is answered by its own captions, a caption by its own image only, though another
    image may carry the same sentence. A tie counts for the right one.

    Args:
        images: float32 [n, dim], unit length.
        texts: float32 [m, dim], unit length.
        owner: int64 [m], the image of each text.
    """
    scores = texts @ images.T  # [m, n]
    own = scores[np.arange(len(owner)), owner]
    text_ranks = (scores > own[:, None]).sum(axis=1)
    image_ranks = np.empty(len(images), np.int64)
    for i in range(len(images)):
        image_ranks[i] = (scores[:, i] > own[owner == i].max()).sum()
    return Recalls(_shares(image_ranks), _shares(text_ranks))


def _shares(ranks: NDArray[np.int64]) -> tuple[float, float, float]:
    first, fifth, tenth = (100 * float(np.mean(ranks < depth)) for depth in DEPTHS)
    return first, fifth, tenth


def precision_at(depth: int, scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the share of right items among the best, scores and right [n]."""
    return float(right[np.argsort(-scores, kind="stable")[:depth]].mean())


def average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the mean, over the right items, of the precision at the place of each."""
    hits = right[np.argsort(-scores, kind="stable")]
    precisions = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precisions[hits].mean())
