"""Probabilities on the vectors of other encoders, with the coefficients that `mini` gave.

Vectors that were published for the 19 classes of WHU-RS19. Archives hold 7 of the classes; the
bank is the prompts of all 19.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.likely.trials import Asked, Trial, trials
from benchmarks.asking.pictures import Labelled

FILE = "whurs19_vectors.npz"
_ENCODERS = ("RemoteCLIP_ViT-B-32", "GeoRSCLIP_ViT-B-32")
_PROMPTS = 6
_CLASSES = 7
_ARCHIVES = 10


def trials_of_others(folder: Path) -> Iterator[tuple[str, list[Trial]]]:
    """Return the trials of each encoder: classes that are in an archive, and those that are not."""
    with np.load(folder / FILE, allow_pickle=False) as stored:
        labels = stored["labels"].astype(int)
        for name in _ENCODERS:
            images = _unit(stored[f"{name}/images"])
            texts = _unit(stored[f"{name}/class_texts"])
            prompts = _unit(stored[f"{name}/prompt_texts"][:_PROMPTS])
            found: list[Trial] = []
            rng = np.random.default_rng(0)
            for _ in range(_ARCHIVES):
                chosen = rng.permutation(len(texts))[:_CLASSES]
                rows = np.flatnonzero(np.isin(labels, chosen))
                archive = Labelled(
                    images[rows], tuple(str(one) for one in labels[rows]), ((),) * len(rows)
                )
                absent = texts[np.setdiff1d(np.arange(len(texts)), chosen)]
                asked = Asked(
                    {str(one): texts[one : one + 1] for one in chosen},
                    prompts.reshape(-1, prompts.shape[-1]),
                    absent,
                )
                found += trials(archive, asked)
            yield name.replace("_", " "), found


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float32)
    return np.asarray(wide / np.linalg.norm(wide, axis=-1, keepdims=True), np.float32)
