"""What the encoders of two transformers share behind the contract, whatever their family."""

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geosearch.encoders.compute.batches import images_at_once, on_device, to_numpy, unit
from geosearch.encoders.compute.device import dtype_of
from geosearch.encoders.images import pixels
from geosearch.encoders.texts.recent import RecentTexts, RemembersTexts


class TowerSizes(Protocol):
    """Sizes of two towers, as the encoder needs them."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""

    @property
    def text_length(self) -> int:
        """Longest text, tokens."""

    @property
    def image_positions(self) -> int:
        """Tokens of an image, or what stands for them in a convolutional tower."""

    @property
    def image_width(self) -> int:
        """Numbers of each position."""


class TwoTowers(RemembersTexts):
    """An encoder on one device in one precision; a family adds its towers and preprocessing."""

    _vision: torch.nn.Module

    def __init__(
        self,
        sizes: TowerSizes,
        *,
        name: str,
        fingerprint: str,
        device: str,
        precision: str,
        weights_path: Path | None,
    ) -> None:
        """Take what the contract asks for.

        Args:
            sizes: Of the towers.
            name: The encoder's name.
            fingerprint: What its vectors depend on.
            device: A resolved device.
            precision: ``float32`` or ``bf16``.
            weights_path: The file, if the user named one.
        """
        self.name = name
        self.fingerprint = fingerprint
        self.device = device
        self.precision = precision
        self.weights_path = weights_path
        self.dim = sizes.dim
        self.image_size = sizes.image_size
        self.text_length = sizes.text_length
        self._tower_sizes = sizes
        self._dtype = dtype_of(precision)
        self._recent = RecentTexts(sizes.dim)

    @torch.inference_mode()
    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed uint8 [n, h, w, 3] as float32 [n, dim] of unit length.

        Raises:
            EncoderError: They are not RGB images.
        """
        pixels.check_batch(chips)
        at_once = images_at_once(
            self.device,
            positions=self._tower_sizes.image_positions,
            width=self._tower_sizes.image_width,
            edge_px=max(self.image_size, *chips.shape[1:3]),
        )
        vectors = [torch.empty(0, self.dim)]
        for part in on_device(chips, at_once, self.device):
            vectors.append(unit(self._vision(self._preprocessed(part).to(self._dtype))))
        return to_numpy(vectors)

    def _preprocessed(self, chips: Tensor) -> Tensor:
        """Return what the image tower reads, float32 [n, 3, size, size], of uint8 [n, h, w, 3]."""
        raise NotImplementedError
