"""The dual loss: the same images against their long and against their short texts.

As in Long-CLIP (arXiv 2403.15378) and DGTRS-CLIP (arXiv 2503.19311): the sum of two symmetric
contrastive losses. DGTRS-CLIP's code takes the plain image features for the short texts too, where
Long-CLIP takes their principal components; so does this.
"""

from collections.abc import Sequence

import torch
from torch.nn import functional

from geosearch.training.contrastive import contrastive_loss


def dual_loss(
    seen: torch.Tensor,
    said: Sequence[torch.Tensor],
    found: Sequence[torch.Tensor],
    weights: Sequence[float],
    scale: torch.Tensor,
) -> torch.Tensor:
    """Return the weighted sum of the losses of all kinds of text, float32 [].

    Args:
        seen: float [n, dim], the images' vectors, not of unit length.
        said: Of each kind of text its vectors, float [k, dim], not of unit length.
        found: Of each kind which images each text is true of, bool [k, n].
        weights: Of each kind; one of weight 0 is left out, and one without a text.
        scale: Factor of the cosines, [].
    """
    seen = functional.normalize(seen.float(), dim=-1)
    loss = seen.sum() * 0  # a batch may have no text of the kind that counts
    for vectors, true, weight in zip(said, found, weights, strict=True):
        if weight and len(vectors):
            vectors = functional.normalize(vectors.float(), dim=-1)
            loss = loss + weight * contrastive_loss(scale * vectors @ seen.T, true)
    return loss


def true_of(texts: Sequence[str | None], rows: Sequence[int]) -> torch.Tensor:
    """Return which images of a batch each text is true of.

    A text is true of every image that comes with an equal one, and of every copy of its own: such
    pairs are not used as negatives of each other.

    Args:
        texts: Of each image; those that are None are left out.
        rows: Of each image, equal where the image is.

    Returns:
        bool [texts that are there, images].
    """
    numbers: dict[str, int] = {}
    ids = torch.tensor([-1 if t is None else numbers.setdefault(t, len(numbers)) for t in texts])
    images = torch.tensor(rows)
    there = ids >= 0
    equal = ids[:, None] == ids[None, :]
    return (equal | (images[:, None] == images[None, :]))[there]
