"""All sets together: their texts as vectors, computed once, and batches by number.

A batch is a pure function of the seed and its number, so a run that was interrupted goes on with
exactly the batches it would have had.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from geosearch.encoders import mini
from geosearch.reporting import Reporter
from workshop.mini.pictures.augment import as_archives_hold, cut, recolour
from workshop.mini.pictures.datasets import Pictures
from workshop.mini.pictures.matches import matches
from workshop.mini.sentences import LARGE_AREAS

UNPICTURED_COUNT = 192
"""Texts without a picture per batch."""

_WIDENED_SIDES = (1.2, 2.4)
_NEGATIVE_LABEL = -1
_NO_NAME = -1
_TEXTS_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class SetShare:
    """How one set takes part in every batch."""

    pictures: Pictures
    count: int
    """Pictures per batch."""
    sides: tuple[float, float]
    """Minimum and maximum side of the window cut out, as a fraction of the picture's."""
    of_class: float
    """How often a picture with own captions gets a sentence of its class instead, 0..1."""
    joined: float = 0.0
    """How often it gets all its own captions at once, as one long text, 0..1."""
    widened: float = 0.0
    """How often a picture of a large area is shown from farther away, mirrored at its edges."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from."""

    images: torch.Tensor
    """float32 [m, 3, 128, 128] in 0..255; the last ones match no text."""
    sentences: torch.Tensor
    """float32 [n, 384], vectors of the frozen sentence encoder; n <= m."""
    matches: torch.Tensor
    """bool [n, m]: which images each text is true of."""
    unpictured: torch.Tensor
    """float32 [k, 384], vectors of sentences and words without a picture."""

    def to(self, device: str | torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(
            self.images.to(device),
            self.sentences.to(device),
            self.matches.to(device),
            self.unpictured.to(device),
        )


class Corpus:
    """The pictures in memory and the vectors of all their texts."""

    def __init__(
        self,
        shares: Sequence[SetShare],
        negatives: NDArray[np.uint8],
        negatives_count: int,
        unpictured: Sequence[str],
        sentences: mini.SentenceEncoder,
        *,
        seed: int,
        reporter: Reporter,
    ) -> None:
        """Compute the vectors of all texts.

        Args:
            shares: The sets.
            negatives: uint8 [k, h, w, 3], pictures that no text is true of.
            negatives_count: How many of them a batch holds.
            unpictured: Sentences and words without a picture, :data:`UNPICTURED_COUNT` or more.
            sentences: The frozen sentence encoder.
            seed: Random seed.
            reporter: Receives the progress.
        """
        self._shares = tuple(shares)
        self._negatives = negatives
        self._negatives_count = negatives_count
        self._seed = seed
        self._text_ids: dict[str, int] = {}
        self._label_ids: dict[str, int] = {}
        self._name_ids: dict[str, int] = {}
        for share in shares:
            self._number(share.pictures, share.joined > 0)
        self._true_of = self._truth()
        texts = list(self._text_ids)
        pictures = sum(len(share.pictures) for share in shares)
        reporter.say(
            f"{pictures} pictures, {len(texts)} different texts on them, {len(unpictured)} others"
        )
        self._vectors = sentence_vectors(sentences, texts)
        self._unpictured = sentence_vectors(sentences, unpictured)

    def _number(self, pictures: Pictures, joined: bool) -> None:
        for captions in pictures.captions:
            for text in (*captions, *([join(captions)] if joined else [])):
                self._text_ids.setdefault(text, len(self._text_ids))
        for label, names in pictures.names.items():
            self._label_ids.setdefault(label, len(self._label_ids))
            for name in names:
                self._name_ids.setdefault(name, len(self._name_ids))
                for template in pictures.templates:
                    self._text_ids.setdefault(template.format(name), len(self._text_ids))

    def _truth(self) -> torch.Tensor:
        """Return of which labels each name is true, as :func:`matches` wants it."""
        true_of = torch.zeros(len(self._name_ids) + 1, len(self._label_ids) + 1, dtype=torch.bool)
        for share in self._shares:
            for label, names in share.pictures.names.items():
                rows = [self._name_ids[name] for name in names]
                true_of[rows, self._label_ids[label]] = True
        return true_of

    def batch(self, number: int) -> Batch:
        """Return a batch, counted from 0."""
        rng = np.random.default_rng([self._seed, number])
        chance = torch.Generator().manual_seed(int(rng.integers(2**62)))
        images, texts, names, labels = [], [], [], []
        for place, share in enumerate(self._shares):
            rows = self._rows(place, len(share.pictures), number * share.count, share.count)
            images.append(_windows(share, rows, chance))
            for row in rows:
                text, name = _say(share, int(row), rng)
                texts.append(self._text_ids[text])
                names.append(_NO_NAME if name is None else self._name_ids[name])
                labels.append(self._label_ids[share.pictures.labels[row]])
        rows = rng.integers(0, len(self._negatives), self._negatives_count)
        changed = as_archives_hold(recolour(torch.cat(images), chance), chance)
        empty = _window(self._negatives[rows], (0.6, 1.0), chance)
        text_ids = torch.tensor(texts)
        return Batch(
            torch.cat([changed, empty]),
            self._vectors[text_ids],
            matches(
                text_ids,
                torch.tensor(names),
                torch.tensor(labels + [_NEGATIVE_LABEL] * self._negatives_count),
                self._true_of,
            ),
            self._unpictured[rng.permutation(len(self._unpictured))[:UNPICTURED_COUNT]],
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


def _windows(share: SetShare, rows: NDArray[np.int64], chance: torch.Generator) -> torch.Tensor:
    """Cut windows out of pictures; show some pictures of large areas from farther away."""
    seen = _window(share.pictures.images[rows], share.sides, chance)
    drawn = torch.rand(len(rows), generator=chance) < share.widened
    large = torch.tensor([share.pictures.labels[row] in LARGE_AREAS for row in rows])
    wide = (drawn & large).nonzero()[:, 0]
    if len(wide):
        pictures = torch.from_numpy(share.pictures.images[rows[wide.numpy()]]).permute(0, 3, 1, 2)
        halved = functional.avg_pool2d(pictures.float(), 2)  # or thin things would flicker away
        seen[wide] = cut(halved, mini.IMAGE_SIZE, _WIDENED_SIDES, chance)
    return seen


def join(captions: Sequence[str]) -> str:
    """Return all that is said of a picture as one long text, nothing twice."""
    return " ".join(dict.fromkeys(captions))


def _say(share: SetShare, row: int, rng: np.random.Generator) -> tuple[str, str | None]:
    """Return a text for a picture, and the name in it if it only names the picture's class."""
    own = share.pictures.captions[row]
    if own and rng.random() >= share.of_class:
        if rng.random() < share.joined:
            return join(own), None
        return own[rng.integers(len(own))], None
    names = share.pictures.names[share.pictures.labels[row]]
    name, templates = names[rng.integers(len(names))], share.pictures.templates
    return templates[rng.integers(len(templates))].format(name), name


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
