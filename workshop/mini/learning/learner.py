"""What learns when `mini` is trained: image tower, text head, temperature; the texts are frozen."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from geosearch.encoders import mini
from geosearch.training import Group, Learner, Ranks, contrastive_loss
from workshop.mini.learning.neighbours_loss import neighbours_loss
from workshop.mini.pictures.corpus import Batch

_HIGHEST_SCALE = 60.0
_NEIGHBOURS_SCALE, _NEIGHBOURS_WEIGHT = 20.0, 0.5


@dataclass(frozen=True, slots=True)
class Rates:
    """Full learning rates."""

    tower: float = 3e-4
    """Of the image tower."""
    head: float = 1e-3
    """Of projection, head and temperature."""


class MiniLearner(Learner[Batch]):
    """The image tower, the text head and the temperature."""

    def __init__(self, image: mini.ImageTower, head: mini.Head, rates: Rates) -> None:
        super().__init__()
        self.image = image.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.head = head
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self._rates = rates

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch, float32 []."""
        images = batch.images.to(memory_format=torch.channels_last)
        with torch.autocast(images.device.type, torch.bfloat16):
            seen = self.image(images)
        seen = functional.normalize(seen.float(), dim=-1)
        said = functional.normalize(self.head(batch.sentences), dim=-1)
        scale = self.log_scale.exp().clamp(max=_HIGHEST_SCALE)
        loss = contrastive_loss(scale * said @ seen.T, batch.matches)
        before = functional.normalize(batch.unpictured, dim=-1)
        after = functional.normalize(self.head(batch.unpictured), dim=-1)
        return loss + _NEIGHBOURS_WEIGHT * neighbours_loss(before, after, _NEIGHBOURS_SCALE)

    def factor(self) -> float:
        """Return what the loss multiplies cosines by."""
        return float(self.log_scale.exp().item())

    def learn(self, batch: Batch, done: float, ranks: Ranks) -> float:
        """Compute the loss and its gradients; one process only."""
        loss = self(batch.to(self.log_scale.device))
        loss.backward()
        return float(loss.item())

    def groups(self) -> list[Group]:
        """Return tower, what is new, and the temperature, which nothing pulls to zero."""
        new = (*self.head.parameters(), *self.image.projection.parameters())
        ids = {id(parameter) for parameter in new}
        tower = tuple(one for one in self.image.parameters() if id(one) not in ids)
        return [
            Group(tower, self._rates.tower),
            Group(new, self._rates.head),
            Group((self.log_scale,), self._rates.head, decays=False),
        ]
