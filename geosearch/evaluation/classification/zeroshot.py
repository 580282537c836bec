"""Classification by the names of the classes alone.

Protocol of CLIP (Radford et al., arXiv 2103.00020): the unit vectors of a class's prompts are
averaged and brought to unit length; an image belongs to the class whose vector is nearest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder

EUROSAT_TEMPLATES = (
    "a centered satellite photo of {}.",
    "a centered satellite photo of a {}.",
    "a centered satellite photo of the {}.",
)
"""CLIP's prompts for EuroSAT."""


def class_vectors(
    encoder: Encoder, names: Sequence[str], templates: Sequence[str]
) -> NDArray[np.float32]:
    """Return float32 [classes, dim] of unit length.

    Args:
        encoder: Embeds the prompts.
        names: Of the classes, in words.
        templates: Prompts with ``{}`` in place of the name.
    """
    prompts = [template.format(name) for name in names for template in templates]
    vectors = encoder.encode_texts(prompts).reshape(len(names), len(templates), -1)
    means: NDArray[np.float32] = vectors.mean(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return means


def top1_accuracy(
    images: NDArray[np.float32], labels: NDArray[np.int64], classes: NDArray[np.float32]
) -> float:
    """Return the fraction of images whose nearest class is their own.

    Args:
        images: float32 [n, dim], unit length.
        labels: int64 [n], rows of ``classes``.
        classes: float32 [classes, dim], unit length.
    """
    return float(np.mean((images @ classes.T).argmax(axis=1) == labels))
