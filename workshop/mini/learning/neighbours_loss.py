"""How far texts have moved among each other: relations between them, distilled."""

import torch
from torch.nn import functional


def neighbours_loss(before: torch.Tensor, after: torch.Tensor, scale: float) -> torch.Tensor:
    """Return how far texts have moved among each other: relations distilled.

    For each text the Kullback-Leibler divergence between the softmax over its similarities to the
    others before and after (Fang et al., SEED, arXiv 2101.04731, equation 5, with the batch as
    queue). It keeps words that no picture is captioned with beside those of like meaning.

    Args:
        before: float32 [n, a] of unit length.
        after: float32 [n, b] of unit length.
        scale: Inverse temperature of both.
    """
    itself = torch.eye(len(before), dtype=torch.bool, device=before.device)
    targets = (scale * before @ before.T).masked_fill(itself, -torch.inf).softmax(1)
    log_chance = (scale * after @ after.T).masked_fill(itself, -1e4).log_softmax(1)
    return functional.kl_div(log_chance, targets, reduction="batchmean")
