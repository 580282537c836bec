"""A CLIP behind the contract: chips or texts in, unit vectors out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geosearch.encoders.clip import bpe
from geosearch.encoders.clip.architecture import ClipArchitecture, ResnetSizes
from geosearch.encoders.clip.bpe import ClipTokenizer
from geosearch.encoders.clip.resnet import ResnetTower
from geosearch.encoders.clip.text import TextTower
from geosearch.encoders.clip.vit import VitTower
from geosearch.encoders.compute.batches import to_numpy
from geosearch.encoders.compute.device import resolve_device, resolve_precision
from geosearch.encoders.images import pixels
from geosearch.encoders.layers.folding import fold
from geosearch.encoders.two_towers import TwoTowers
from geosearch.encoders.weights import files
from geosearch.encoders.weights.fingerprint import fingerprint
from geosearch.encoders.weights.loading import fill

VISION = "visual."
"""Prefix of the image tower's keys; the text tower's have none."""
TEMPERATURE = "logit_scale"
"""Key of the factor of the training loss; cosines do not need it."""
# positions of text that are computed at once, by device
_POSITIONS_AT_ONCE = {"cpu": 2048}
_POSITIONS_AT_ONCE_ELSEWHERE = 32768


class ClipEncoder(TwoTowers):
    """Both towers with their weights, on one device in one precision."""

    def __init__(
        self,
        sizes: ClipArchitecture,
        state: Mapping[str, Tensor],
        *,
        name: str,
        fingerprint: str,
        device: str,
        precision: str,
        weights_path: Path | None = None,
    ) -> None:
        """Build the towers and give them the weights.

        Args:
            sizes: As read from ``state``.
            state: The weights, keys as in OpenAI's CLIP, any floating type.
            name: The encoder's name.
            fingerprint: What its vectors depend on.
            device: A resolved device.
            precision: ``float32`` or ``bf16``.
            weights_path: The file, if the user named one.

        Raises:
            WeightsError: Keys or shapes differ from what the towers need.
        """
        super().__init__(
            sizes,
            name=name,
            fingerprint=fingerprint,
            device=device,
            precision=precision,
            weights_path=weights_path,
        )
        self.sizes = sizes
        with torch.device("meta"):  # no memory and no time for numbers that are replaced at once
            self._vision, self._text = vision_tower(sizes), TextTower(sizes)
        fill(
            {VISION: self._vision, "": self._text},
            state,
            scalars={TEMPERATURE: ()},
            device=device,
            dtype=torch.float32,
        )
        for tower in (self._vision, self._text):
            fold(tower)
            tower.to(self._dtype)
        if isinstance(self._vision, ResnetTower):  # what convolutions are quickest with
            self._vision.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resize the shorter side, cut the centre: uint8 [h, w, 3] to [size, size, 3]."""
        return pixels.fit(image, self.image_size)

    def token_count(self, word: str) -> int:
        """Return the number of tokens that it cuts a word into."""
        return len(self._text_tokenizer.encode(word))

    @cached_property
    def _text_tokenizer(self) -> ClipTokenizer:
        """The tokenizer; only who asks for texts pays for it."""
        return ClipTokenizer()

    def _encode_new_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        framed = [self._text_tokenizer.frame(text, self.text_length) for text in texts]
        vectors = np.empty((len(framed), self.dim), np.float32)
        limit = _POSITIONS_AT_ONCE.get(self.device, _POSITIONS_AT_ONCE_ELSEWHERE)
        for rows in _of_like_length([len(ids) for ids in framed], limit):
            vectors[rows] = to_numpy([self._encode_some_texts([framed[row] for row in rows])])
        return vectors

    def _preprocessed(self, chips: Tensor) -> Tensor:
        return pixels.normalise(pixels.fit_there(chips, self.image_size))

    @torch.inference_mode()
    def _encode_some_texts(self, framed: Sequence[Sequence[int]]) -> Tensor:
        ids = torch.zeros(len(framed), max(map(len, framed)), dtype=torch.int64)
        for row, one in zip(ids, framed, strict=True):
            row[: len(one)] = torch.tensor(one)
        features: Tensor = self._text(ids.to(self.device))
        return features.float()


def load_clip(
    family: str,
    name: str,
    path: Path,
    read: Callable[[], tuple[ClipArchitecture, dict[str, Tensor]]],
    *,
    named_by_user: bool,
    device: str,
    precision: str,
) -> ClipEncoder:
    """Load a checkpoint as an encoder of a family.

    Args:
        family: Begins the fingerprint.
        name: The encoder's name.
        path: The file.
        read: Reads it: the family's way to sizes and weights.
        named_by_user: The user named the file; else it is in the hub's cache.
        device: ``auto``, ``cpu``, ``cuda``, ...
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        WeightsError: The file cannot be read, or is of another architecture.
    """
    device = resolve_device(device)
    precision = resolve_precision(device, precision)
    sizes, state = read()
    facts = {
        "weights": files.file_hash(path),
        "architecture": asdict(sizes),
        "preprocessing": pixels.VERSION,
        "tokenizer": bpe.VERSION,
    }
    return ClipEncoder(
        sizes,
        state,
        name=name,
        fingerprint=fingerprint(family, facts),
        device=device,
        precision=precision,
        weights_path=path if named_by_user else None,
    )


def vision_tower(sizes: ClipArchitecture) -> VitTower | ResnetTower:
    """Build the image tower, without weights worth anything."""
    if isinstance(sizes.vision, ResnetSizes):
        return ResnetTower(sizes.vision, sizes.dim)
    return VitTower(sizes.vision, sizes.dim, sizes.activation)


def _of_like_length(lengths: Sequence[int], limit: int) -> Iterator[list[int]]:
    """Yield rows in batches of similar length, each of at most ``limit`` padded positions.

    A short text beside a long one would cost as much as it.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[row] * (len(batch) + 1) > limit:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
