"""All sets together: their texts as vectors, computed once, and batches by number.

A batch is a pure function of the seed and its number, so a run that was interrupted goes on with
exactly the batches it would have had.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from geosearch.encoders import mini
from geosearch.progress import Note
from geosearch.training.mini.augment import as_archives_hold, cut, recolour
from geosearch.training.mini.datasets import Pictures
from geosearch.training.mini.objective import matches

_NOTHING_LABEL = -2
_NOT_OF_A_CLASS = -1
_TEXTS_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Share:
    """How one set takes part in every batch."""

    pictures: Pictures
    count: int
    """Pictures a batch."""
    sides: tuple[float, float]
    """Least and most side of the window cut out, as a share of the picture's."""
    of_class: float
    """How often a picture with own captions gets a sentence of its class instead, 0..1."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from."""

    images: torch.Tensor
    """float32 [m, 3, 128, 128] in 0..255; the last ones match no text."""
    sentences: torch.Tensor
    """float32 [n, 384], vectors of the frozen sentence encoder; n <= m."""
    found: torch.Tensor
    """bool [n, m]: which images each text is true of."""


class Corpus:
    """The pictures in memory and the vectors of all their texts."""

    def __init__(
        self,
        shares: Sequence[Share],
        nothing: NDArray[np.uint8],
        nothing_count: int,
        sentences: mini.SentenceEncoder,
        *,
        seed: int,
        note: Note,
    ) -> None:
        """Compute the vectors of all texts.

        Args:
            shares: The sets.
            nothing: uint8 [k, h, w, 3], pictures that no text is true of.
            nothing_count: How many of them a batch holds.
            sentences: The frozen sentence encoder.
            seed: Decides all batches.
            note: Is told what goes on.
        """
        self._shares = tuple(shares)
        self._nothing = nothing
        self._nothing_count = nothing_count
        self._seed = seed
        self._text_ids: dict[str, int] = {}
        self._label_ids: dict[str, int] = {}
        for share in shares:
            self._number(share.pictures)
        texts = list(self._text_ids)
        note(f"{sum(len(s.pictures) for s in shares)} pictures, {len(texts)} different texts")
        self._vectors = sentence_vectors(sentences, texts)

    def _number(self, pictures: Pictures) -> None:
        for text in (t for texts in pictures.captions for t in texts):
            self._text_ids.setdefault(text, len(self._text_ids))
        for label, texts in pictures.phrases.items():
            self._label_ids.setdefault(label, len(self._label_ids))
            for text in texts:
                self._text_ids.setdefault(text, len(self._text_ids))

    @property
    def batch_size(self) -> int:
        """Texts a batch."""
        return sum(share.count for share in self._shares)

    def batch(self, number: int) -> Batch:
        """Return a batch, counted from 0."""
        rng = np.random.default_rng([self._seed, number])
        chance = torch.Generator().manual_seed(int(rng.integers(2**62)))
        images, texts, said_of, labels = [], [], [], []
        for place, share in enumerate(self._shares):
            rows = self._rows(place, len(share.pictures), number * share.count, share.count)
            images.append(_window(share.pictures.images[rows], share.sides, chance))
            for row in rows:
                text, of_class = _say(share, int(row), rng)
                label = self._label_ids[share.pictures.labels[row]]
                texts.append(self._text_ids[text])
                said_of.append(label if of_class else _NOT_OF_A_CLASS)
                labels.append(label)
        rows = rng.integers(0, len(self._nothing), self._nothing_count)
        changed = as_archives_hold(recolour(torch.cat(images), chance), chance)
        empty = _window(self._nothing[rows], (0.6, 1.0), chance)
        text_ids = torch.tensor(texts)
        return Batch(
            torch.cat([changed, empty]),
            self._vectors[text_ids],
            matches(
                text_ids,
                torch.tensor(said_of),
                torch.tensor(labels + [_NOTHING_LABEL] * self._nothing_count),
            ),
        )

    def _rows(self, place: int, size: int, first: int, count: int) -> NDArray[np.int64]:
        """Return the pictures first, first + 1, ... of an endless shuffled round of the set."""
        rows = []
        for position in range(first, first + count):
            epoch, at = divmod(position, size)
            rows.append(self._order(place, size, epoch)[at])
        return np.asarray(rows)

    def _order(self, place: int, size: int, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng([self._seed, place, epoch, 1]).permutation(size)


def _window(
    images: NDArray[np.uint8], sides: tuple[float, float], chance: torch.Generator
) -> torch.Tensor:
    return cut(torch.from_numpy(images).permute(0, 3, 1, 2), mini.IMAGE_SIZE, sides, chance)


def _say(share: Share, row: int, rng: np.random.Generator) -> tuple[str, bool]:
    """Return a sentence for a picture, and whether it is true of the picture's whole class."""
    own = share.pictures.captions[row]
    if own and rng.random() >= share.of_class:
        return own[rng.integers(len(own))], False
    phrases = share.pictures.phrases[share.pictures.labels[row]]
    return phrases[rng.integers(len(phrases))], True


@torch.inference_mode()
def sentence_vectors(sentences: mini.SentenceEncoder, texts: Sequence[str]) -> torch.Tensor:
    """Return float32 [n, 384], the frozen encoder's vectors of texts."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = torch.empty(len(texts), mini.WIDTH)
    for start in range(0, len(order), _TEXTS_AT_ONCE):
        part = order[start : start + _TEXTS_AT_ONCE]
        tokens = mini.tokenize([texts[i] for i in part])
        vectors[part] = sentences(torch.from_numpy(tokens.ids), torch.from_numpy(tokens.present))
    return vectors.clone()
