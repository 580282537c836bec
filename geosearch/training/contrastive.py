"""The contrastive loss, where a text may belong to several images."""

import torch
from torch.nn import functional


def contrastive_loss(logits: torch.Tensor, found: torch.Tensor) -> torch.Tensor:
    """Return the symmetric InfoNCE loss with evenly shared targets.

    For each text the cross-entropy between its softmax over the images and the uniform
    distribution over the images it is true of; the same for each image over the texts; the mean
    of both means (van den Oord et al., arXiv 1807.03748; shared targets as in Khosla et al., arXiv
    2004.11362, equation 2). What is true of nothing is no target, but stays in the softmax.

    Args:
        logits: float [n texts, m images].
        found: bool [n, m].
    """
    return (_one_way(logits, found) + _one_way(logits.T, found.T)) / 2


def _one_way(logits: torch.Tensor, found: torch.Tensor) -> torch.Tensor:
    targets = found.sum(1)
    rows = targets > 0
    log_chance = functional.log_softmax(logits[rows], dim=1)
    wanted = torch.where(found[rows], log_chance, torch.zeros_like(log_chance))
    return -(wanted.sum(1) / targets[rows]).mean()
