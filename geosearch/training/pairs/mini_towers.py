"""The towers of `mini` as pairs train them: image tower and text head; its words stay frozen."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from geosearch.encoders import mini
from geosearch.training.depthwise import quicken
from geosearch.training.public_towers import public_towers

_REMEMBERED = 100_000
"""Texts whose sentence vectors are kept: 1.5 kB each."""


class MiniTowers(nn.Module):
    """Image tower, frozen sentence encoder, head, temperature."""

    def __init__(self, image: mini.ImageTower, text: mini.TextTower, *, tuned: bool) -> None:
        """Take the towers.

        Args:
            image: Changed in place.
            text: Its head is changed in place.
            tuned: They are aligned already; the statistics of the image tower's norms stay then.
        """
        super().__init__()
        self.image = image.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.text = text
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self._tuned = tuned
        self._known: dict[str, torch.Tensor] = {}
        quicken(image)

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""
        return mini.IMAGE_SIZE

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image, uint8 [h, w, 3], to [128, 128, 3]."""
        return mini.fit(image, mini.IMAGE_SIZE)

    def see(self, images: torch.Tensor) -> torch.Tensor:
        """Embed uint8 [n, 128, 128, 3] as [n, 512], not of unit length."""
        seen: torch.Tensor = self.image(images.permute(0, 3, 1, 2).float())
        return seen

    def read(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts as [n, 512], not of unit length."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = list(dict.fromkeys(texts))
        if new:
            self._known |= zip(new, self._sentences(new), strict=True)
        said: torch.Tensor = self.text.head(torch.stack([self._known[text] for text in texts]))
        return said

    def begin(self) -> None:
        """Let image tower, head and temperature learn."""
        self.image.requires_grad_(True)
        self.text.head.requires_grad_(True)
        self.text.sentences.requires_grad_(False)
        for module in self.image.modules():
            module.train(not (self._tuned and isinstance(module, nn.BatchNorm2d)))

    def undecayed(self) -> list[nn.Parameter]:
        """Return biases, norms and temperature."""
        return [one for one in self.parameters() if one.requires_grad and one.ndim < 2]

    def save(self, path: Path) -> None:
        """Write what the encoder ``mini`` takes as its weights."""
        mini.save(path, self.image, self.text, {"trained": "geosearch train"})

    @torch.no_grad()
    def _sentences(self, texts: Sequence[str]) -> torch.Tensor:
        """Return the frozen vectors, float32 [n, 384], as inference computes them."""
        device = self.logit_scale.device
        tokens = mini.tokenize(texts)
        ids = torch.from_numpy(tokens.ids).to(device)
        with torch.autocast(device.type, enabled=False):
            found: torch.Tensor = self.text.sentences(
                ids, torch.from_numpy(tokens.present).to(device)
            )
        return found


def tuned_mini(weights: Path | None) -> MiniTowers:
    """Return the towers of a file of weights; None for the bundled ones.

    Raises:
        WeightsError: The file is missing, unreadable, or of another layout.
    """
    image, text = mini.read(weights or mini.bundled_weights())
    return MiniTowers(image, text, tuned=True)


def new_mini(seed: int) -> MiniTowers:
    """Return the two public towers that `mini` began from, not aligned yet.

    Raises:
        EncoderError: A package that training needs is not installed.
    """
    return MiniTowers(*public_towers(seed), tuned=False)
