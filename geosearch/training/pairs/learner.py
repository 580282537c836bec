"""What learns from pairs: two towers, whatever their kind, by the dual loss."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from geosearch.training.loop import Group, Learner
from geosearch.training.pairs.balance import Balance
from geosearch.training.pairs.batches import PairBatch
from geosearch.training.pairs.dual import dual_loss, true_of
from geosearch.training.ranks import Ranks

_HIGHEST_SCALE = 100.0  # as in CLIP


class Towers(Protocol):
    """An image tower and a text tower that learn; also a ``torch.nn.Module``."""

    logit_scale: nn.Parameter

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image, uint8 [h, w, 3], to the input."""

    def see(self, images: torch.Tensor) -> torch.Tensor:
        """Embed uint8 [n, size, size, 3] as [n, dim], not of unit length."""

    def read(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts as [n, dim], not of unit length."""

    def begin(self) -> None:
        """Let learn what shall learn."""

    def undecayed(self) -> list[nn.Parameter]:
        """Return the parameters that nothing pulls to zero."""

    def save(self, path: Path) -> None:
        """Write weights that the encoder of the same name loads."""


@dataclass(frozen=True, slots=True)
class Compute:
    """How a batch is computed."""

    device: str = "cpu"
    bf16: bool = False
    """Multiply in bf16; the weights stay in float32."""
    at_once: int = 64
    """Images whose activations are kept at once; larger batches are embedded twice."""


class PairsLearner(Learner[PairBatch]):
    """Towers, balance and rate.

    A batch that is larger than what fits is embedded without gradients first; the loss over all
    vectors gives each vector's gradient; then part after part is embedded again and takes its own
    on (Gao et al., arXiv 2101.06983). The gradients are those of the whole batch.
    """

    def __init__(self, towers: Towers, balance: Balance, rate: float, compute: Compute) -> None:
        super().__init__()
        towers.begin()
        self.towers = towers
        self._balance, self._rate, self._compute = balance, rate, compute
        if isinstance(towers, nn.Module):
            towers.to(compute.device)

    def factor(self) -> float:
        """Return what the loss multiplies cosines by."""
        return float(self._scale().item())

    def groups(self) -> list[Group]:
        """Return the matrices, and what nothing pulls to zero."""
        still = {id(parameter) for parameter in self.towers.undecayed()}
        all_of_them = [one for one in self.parameters() if one.requires_grad]
        return [
            Group(tuple(one for one in all_of_them if id(one) not in still), self._rate),
            Group(tuple(one for one in all_of_them if id(one) in still), self._rate, decays=False),
        ]

    def learn(self, batch: PairBatch, done: float, ranks: Ranks) -> float:
        """Compute the loss of the whole batch and the gradients of this process's part."""
        long = self._balance.long(done)
        weights = (long, 1 - long)
        none = (None,) * len(batch.rows)
        kinds = (batch.long if long else none, batch.short if long < 1 else none)
        if len(batch.images) <= self._compute.at_once:
            parts = self._embedded(batch.images, kinds, slice(None))
            loss = self._loss(parts, kinds, batch.rows, weights, ranks)
            loss.backward()  # type: ignore[no-untyped-call]
        else:
            loss = self._in_parts(batch, kinds, weights, ranks)
        # the temperature's gradient is that of the whole loss in every process
        scale = self.towers.logit_scale
        ranks.sum_gradients(one for one in self.parameters() if one is not scale)
        return float(loss.item())

    def _in_parts(
        self,
        batch: PairBatch,
        kinds: Sequence[Sequence[str | None]],
        weights: Sequence[float],
        ranks: Ranks,
    ) -> torch.Tensor:
        step = self._compute.at_once
        parts = [slice(at, at + step) for at in range(0, len(batch.images), step)]
        with torch.no_grad():
            found = [self._embedded(batch.images, kinds, part) for part in parts]
        whole = [torch.cat(one).requires_grad_() for one in zip(*found, strict=True)]
        loss = self._loss(whole, kinds, batch.rows, weights, ranks)
        loss.backward()  # type: ignore[no-untyped-call]
        for part in parts:
            again = self._embedded(batch.images, kinds, part)
            reached = [
                (vectors, kept.grad[part])
                for vectors, kept in zip(again, whole, strict=True)
                if kept.grad is not None and vectors.requires_grad  # a part may have no text
            ]
            torch.autograd.backward(*zip(*reached, strict=True))  # type: ignore[arg-type]
        return loss

    def _embedded(
        self, images: torch.Tensor, kinds: Sequence[Sequence[str | None]], part: slice
    ) -> list[torch.Tensor]:
        """Return the vectors of images and of each kind of text; zeros where there is no text."""
        device = self._compute.device
        with self._precision():
            seen = self.towers.see(images[part].to(device, non_blocking=True)).float()
            vectors = [seen]
            for texts in kinds:
                own = texts[part]
                there = [row for row, text in enumerate(own) if text is not None]
                said = torch.zeros_like(seen)
                if there:
                    read = self.towers.read([str(own[row]) for row in there]).float()
                    said = said.index_put((torch.tensor(there, device=device),), read)
                vectors.append(said)
        return vectors

    def _loss(
        self,
        vectors: Sequence[torch.Tensor],
        kinds: Sequence[Sequence[str | None]],
        rows: Sequence[int],
        weights: Sequence[float],
        ranks: Ranks,
    ) -> torch.Tensor:
        seen, *said = (ranks.gathered(one) for one in vectors)
        every = [ranks.gathered_objects(texts) for texts in kinds]
        images = ranks.gathered_objects(rows)
        there = [[row for row, text in enumerate(texts) if text is not None] for texts in every]
        return dual_loss(
            seen,
            [one[keep] for one, keep in zip(said, there, strict=True)],
            [true_of(texts, images).to(seen.device) for texts in every],
            weights,
            self._scale(),
        )

    def _scale(self) -> torch.Tensor:
        return self.towers.logit_scale.exp().clamp(max=_HIGHEST_SCALE)

    @contextmanager
    def _precision(self) -> Iterator[None]:
        kind = torch.device(self._compute.device).type
        with torch.autocast(kind, torch.bfloat16, enabled=self._compute.bf16):
            yield
