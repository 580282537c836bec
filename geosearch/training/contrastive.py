"""The contrastive loss, where a text may belong to several images."""

import torch
from torch.nn import functional


def contrastive_loss(logits: torch.Tensor, matches: torch.Tensor) -> torch.Tensor:
    """Return the symmetric InfoNCE loss with evenly shared targets.

    For each text the cross-entropy between its softmax over the images and the uniform
    distribution over the images it is true of; the same for each image over the texts; the mean
    of both means (van den Oord et al., arXiv 1807.03748; shared targets as in Khosla et al., arXiv
    2004.11362, equation 2). What is true of nothing is not a target, but stays in the softmax.

    Args:
        logits: float [n texts, m images].
        matches: bool [n, m], which images each text is true of.
    """
    return (_one_way(logits, matches) + _one_way(logits.T, matches.T)) / 2


def _one_way(logits: torch.Tensor, matches: torch.Tensor) -> torch.Tensor:
    targets = matches.sum(1)
    rows = targets > 0
    log_chance = functional.log_softmax(logits[rows], dim=1)
    wanted = torch.where(matches[rows], log_chance, torch.zeros_like(log_chance))
    return -(wanted.sum(1) / targets[rows]).mean()
