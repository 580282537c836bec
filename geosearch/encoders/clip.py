"""A CLIP of two transformers behind the contract: chips or texts in, unit vectors out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from geosearch.encoders import bpe, checkpoint, pixels
from geosearch.encoders.architecture import ClipArchitecture, ResnetSizes
from geosearch.encoders.batches import images_at_once, on_device
from geosearch.encoders.bpe import ClipTokenizer
from geosearch.encoders.device import dtype_of, resolve_device, resolve_precision
from geosearch.encoders.fingerprint import fingerprint
from geosearch.encoders.folding import fold
from geosearch.encoders.loading import fill
from geosearch.encoders.recent import RecentTexts, RemembersTexts
from geosearch.encoders.resnet import ResnetTower
from geosearch.encoders.text import TextTower
from geosearch.encoders.vit import VitTower

VISION = "visual."
"""Prefix of the image tower's keys; the text tower's have none."""
TEMPERATURE = "logit_scale"
"""Key of the factor of the training loss; cosines do not need it."""
# positions of text that are computed at once, by device
_POSITIONS_AT_ONCE = {"cpu": 2048}
_POSITIONS_AT_ONCE_ELSEWHERE = 32768


class ClipEncoder(RemembersTexts):
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
            name: What the encoder is asked for by.
            fingerprint: What its vectors depend on.
            device: A device that is there.
            precision: ``float32`` or ``bf16``.
            weights_path: The file, if the user named one.

        Raises:
            WeightsError: Keys or shapes differ from what the towers need.
        """
        self.sizes = sizes
        self.name = name
        self.fingerprint = fingerprint
        self.device = device
        self.precision = precision
        self.weights_path = weights_path
        self._dtype = dtype_of(precision)
        self._tokenizer: ClipTokenizer | None = None
        self._recent = RecentTexts(sizes.dim)
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

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.sizes.dim

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""
        return self.sizes.image_size

    @property
    def text_length(self) -> int:
        """Longest text, tokens."""
        return self.sizes.text_length

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resize the shorter side, cut the centre: uint8 [h, w, 3] to [size, size, 3]."""
        return pixels.fit(image, self.image_size)

    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed uint8 [n, h, w, 3] as float32 [n, dim] of unit length.

        Raises:
            EncoderError: They are no RGB images.
        """
        pixels.check_batch(chips)
        found = [torch.empty(0, self.dim)]
        for part in on_device(chips, self._images_at_once(chips), self.device):
            found.append(self._encode_some_images(part))
        return to_numpy(found)

    def _encode_new_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._tokenizer is None:  # only who asks for texts pays for it
            self._tokenizer = ClipTokenizer()
        framed = [self._tokenizer.frame(text, self.text_length) for text in texts]
        vectors = np.empty((len(framed), self.dim), np.float32)
        limit = _POSITIONS_AT_ONCE.get(self.device, _POSITIONS_AT_ONCE_ELSEWHERE)
        for rows in _of_like_length([len(ids) for ids in framed], limit):
            vectors[rows] = to_numpy([self._encode_some_texts([framed[row] for row in rows])])
        return vectors

    def _images_at_once(self, chips: NDArray[np.uint8]) -> int:
        vision = self.sizes.vision
        return images_at_once(
            self.device,
            positions=vision.positions,
            width=vision.token_width,
            edge_px=max(self.image_size, *chips.shape[1:3]),
        )

    @torch.inference_mode()
    def _encode_some_images(self, chips: Tensor) -> Tensor:
        numbers = pixels.normalise(pixels.fit_there(chips, self.image_size))
        return unit(self._vision(numbers.to(self._dtype)))

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
        name: What the encoder is asked for by.
        path: The file.
        read: Reads it: the family's way to sizes and weights.
        named_by_user: The file came from ``--weights``, not from the hub's cache.
        device: ``auto``, ``cpu``, ``cuda``, ...
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        WeightsError: The file cannot be read, or is of another architecture.
    """
    device = resolve_device(device)
    precision = resolve_precision(device, precision)
    sizes, state = read()
    facts = {
        "weights": checkpoint.file_hash(path),
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


def unit(features: Tensor) -> Tensor:
    """Bring features [n, dim] to unit length, in float32."""
    return functional.normalize(features.float(), dim=1)


def to_numpy(found: Sequence[Tensor]) -> NDArray[np.float32]:
    """Join vectors [n, dim] of several batches on the CPU: the one wait for the device."""
    there = found[-1].device
    joined: NDArray[np.float32] = torch.cat([part.to(there) for part in found]).cpu().numpy()
    return joined


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
