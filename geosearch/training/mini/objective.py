"""What the loss of `mini` is told: which texts are true of which images, which are alike."""

import torch
from torch.nn import functional


def matches(
    text_ids: torch.Tensor, names: torch.Tensor, labels: torch.Tensor, true_of: torch.Tensor
) -> torch.Tensor:
    """Return which images each text is true of.

    Args:
        text_ids: int64 [n], equal for equal texts.
        names: int64 [n], the name that a text says, a row of ``true_of``; -1 if it says none.
        labels: int64 [m] of the images, columns of ``true_of``, m >= n; text i was drawn for
            image i. The images after the n-th belong to no text; their label is -1.
        true_of: bool [names + 1, labels + 1]: of which labels a name is true; false in the last
            row and column.

    Returns:
        bool [n, m].
    """
    n = len(text_ids)
    found = true_of[names][:, labels]
    found[:, :n] |= text_ids[:, None] == text_ids[None, :]
    return found


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
    wanted = (scale * before @ before.T).masked_fill(itself, -torch.inf).softmax(1)
    log_chance = (scale * after @ after.T).masked_fill(itself, -1e4).log_softmax(1)
    return functional.kl_div(log_chance, wanted, reduction="batchmean")
