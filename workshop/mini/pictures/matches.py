"""Which texts of a batch are true of which of its images."""

import torch


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
    matched = true_of[names][:, labels]
    matched[:, :n] |= text_ids[:, None] == text_ids[None, :]
    return matched
