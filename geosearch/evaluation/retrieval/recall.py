"""Retrieval between images and captions, and of images by a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geosearch.errors import UsageError

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
    """Return recalls of a captioned set, by the protocol of :func:`retrieval_recall`.

    Args:
        images: float32 [n, dim], unit length.
        texts: float32 [m, dim], unit length.
        owner: int64 [m], the image of each text.
    """
    return _recalls(texts @ images.T, owner)


def retrieval_recall(scores: ArrayLike, image_of_caption: ArrayLike) -> dict[str, float]:
    """Return recalls by the names and the protocol of RemoteCLIP's ``retrieval.py``.

    An image is answered by its own captions, a caption by its own image only, though another
    image may carry the same sentence. A tie counts for the right one.

    Args:
        scores: [captions, images], higher is better.
        image_of_caption: int [captions], the image of each caption.

    Returns:
        ``retrieval-image2text-R@1``, ``@5``, ``@10``, ``retrieval-text2image-R@1``, ... and
        ``retrieval-mean-recall``, in percent, rounded to two places.

    Raises:
        UsageError: Shapes do not fit.
    """
    table, owner = np.asarray(scores), np.asarray(image_of_caption)
    if table.ndim != 2 or owner.shape != table.shape[:1] or 0 in table.shape:
        raise UsageError(
            f"scores {list(table.shape)} and images of captions {list(owner.shape)} do not fit",
            hint="give scores [captions, images] and one image for each caption",
        )
    if owner.min() < 0 or owner.max() >= table.shape[1]:
        raise UsageError(
            f"a caption is of image {int(owner.max())}, there are {table.shape[1]}",
            hint="number the images from 0",
        )
    found = _recalls(table, owner)
    named = {
        f"retrieval-image2text-R@{k}": v for k, v in zip(DEPTHS, found.image_to_text, strict=True)
    }
    named |= {
        f"retrieval-text2image-R@{k}": v for k, v in zip(DEPTHS, found.text_to_image, strict=True)
    }
    named["retrieval-mean-recall"] = found.mean
    return {name: round(value, 2) for name, value in named.items()}


def pooled_recall(
    scores: ArrayLike, positive: ArrayLike, depths: Sequence[int] = (1, 5, 10, 100)
) -> dict[str, float]:
    """Return recalls where a text may be of several images, as SkyScript's authors count them.

    A query is answered if any of its own is among the best ``k``. A tie counts for the right one.

    Args:
        scores: [texts, images], higher is better.
        positive: bool [texts, images], which belong together.
        depths: The ``k``.

    Returns:
        The names of :func:`retrieval_recall` for each depth, the means of R@1, R@5 and R@10 of
        each direction as ``retrieval-image2text-mean`` and ``retrieval-text2image-mean``, and
        ``retrieval-mean-recall``, the mean of these six; in percent, rounded to two places.

    Raises:
        UsageError: Shapes do not fit.
    """
    table, own = np.asarray(scores), np.asarray(positive, np.bool_)
    if table.ndim != 2 or own.shape != table.shape or 0 in table.shape:
        raise UsageError(
            f"scores {list(table.shape)} and what belongs together {list(own.shape)} do not fit",
            hint="give both as [texts, images]",
        )
    named: dict[str, float] = {}
    means = []
    for direction, ranks in (
        ("image2text", _best_ranks(table.T, own.T)),
        ("text2image", _best_ranks(table, own)),
    ):
        for depth in depths:
            named[f"retrieval-{direction}-R@{depth}"] = 100 * float(np.mean(ranks < depth))
        means.append(float(np.mean(_shares(ranks))))
        named[f"retrieval-{direction}-mean"] = means[-1]
    named["retrieval-mean-recall"] = float(np.mean(means))
    return {name: round(value, 2) for name, value in named.items()}


def _best_ranks(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many of a row score higher than its best own one, from 0."""
    best = np.where(positive, scores, -np.inf).max(axis=1)
    higher = (scores > best[:, None]).sum(axis=1)
    return np.asarray(np.where(np.isinf(best), scores.shape[1], higher))


def recalls_with_ties_lost(scores: ArrayLike, image_of_caption: ArrayLike) -> Recalls:
    """Return what :func:`retrieval_recall` would be if every tie counted for the wrong one.

    Sets repeat sentences over images: their scores tie, and the authors' code decides by whatever
    order ``topk`` has. Its figures lie between the two.

    Args:
        scores: [captions, images].
        image_of_caption: int [captions].
    """
    table, owner = np.asarray(scores), np.asarray(image_of_caption)
    own = table[np.arange(len(owner)), owner]
    text_ranks = (table >= own[:, None]).sum(axis=1) - 1
    others = np.asarray(table, np.float64).copy()
    others[np.arange(len(owner)), owner] = -np.inf
    best = _best_own(table, owner)
    image_ranks = np.where(np.isinf(best), len(table), (others >= best).sum(axis=0))
    return Recalls(_shares(image_ranks), _shares(text_ranks))


def _recalls(scores: NDArray[np.floating], owner: NDArray[np.integer]) -> Recalls:
    own = scores[np.arange(len(owner)), owner]
    text_ranks = (scores > own[:, None]).sum(axis=1)
    best = _best_own(scores, owner)
    image_ranks = np.where(np.isinf(best), len(scores), (scores > best).sum(axis=0))
    return Recalls(_shares(image_ranks), _shares(text_ranks))


def _best_own(scores: NDArray[np.floating], owner: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the best score of each image's own captions."""
    best = np.full(scores.shape[1], -np.inf)  # of an image without captions: never found
    np.maximum.at(best, owner, scores[np.arange(len(owner)), owner])
    return best


def _shares(ranks: NDArray[np.int64]) -> tuple[float, float, float]:
    first, fifth, tenth = (100 * float(np.mean(ranks < depth)) for depth in DEPTHS)
    return first, fifth, tenth


def precision_at(depth: int, scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the fraction of right items among the best, scores and right [n]."""
    return float(right[np.argsort(-scores, kind="stable")[:depth]].mean())


def average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the mean, over the right items, of the precision at the place of each."""
    hits = right[np.argsort(-scores, kind="stable")]
    precisions = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precisions[hits].mean())
