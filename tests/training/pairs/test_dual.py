"""The dual loss is what its formula says; equal texts are no negatives."""

import numpy as np
import torch

from geosearch.training.pairs.dual import dual_loss, true_of


def by_hand(seen: np.ndarray, said: np.ndarray, true: np.ndarray, scale: float) -> float:
    """The symmetric cross-entropy with evenly shared targets, entry by entry."""
    seen = seen / np.linalg.norm(seen, axis=1, keepdims=True)
    said = said / np.linalg.norm(said, axis=1, keepdims=True)
    logits = scale * said @ seen.T
    sides = []
    for table, marks in ((logits, true), (logits.T, true.T)):
        losses = []
        for row, mark in zip(table, marks, strict=True):
            if mark.any():
                chances = np.exp(row - row.max()) / np.exp(row - row.max()).sum()
                losses.append(-np.log(chances[mark]).mean())
        sides.append(np.mean(losses))
    return float(np.mean(sides))


def test_it_is_the_weighted_sum_of_both_kinds() -> None:
    draw = torch.Generator().manual_seed(0)
    seen, long, short = (torch.randn(n, 6, generator=draw).double() for n in (5, 5, 3))
    long_true = torch.eye(5, dtype=torch.bool)
    short_true = torch.zeros(3, 5, dtype=torch.bool)
    short_true[0, :2] = short_true[1, 3] = short_true[2, 4] = True
    found = dual_loss(
        seen, (long, short), (long_true, short_true), (0.3, 0.7), torch.tensor(8.0)
    ).item()
    parts = [
        by_hand(seen.numpy(), said.numpy(), true.numpy(), 8.0)
        for said, true in ((long, long_true), (short, short_true))
    ]
    np.testing.assert_allclose(found, 0.3 * parts[0] + 0.7 * parts[1], rtol=1e-5)


def test_a_kind_without_a_text_counts_nothing() -> None:
    seen = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    none, nothing = torch.zeros(0, 6), torch.zeros(0, 4, dtype=torch.bool)
    one = dual_loss(
        seen, (seen, none), (torch.eye(4, dtype=torch.bool), nothing), (1, 1), torch.tensor(1.0)
    )
    assert torch.isfinite(one)


def test_equal_texts_and_equal_images_belong_together() -> None:
    texts = ["a", "b", None, "a", "c"]
    rows = [1, 2, 2, 3, 1]  # the last is another copy of the first image, with another text
    wanted = [
        [True, False, False, True, True],  # "a": its own, the other "a", the copy
        [False, True, True, False, False],  # "b": its own, and the copy that has no text
        [True, False, False, True, False],
        [True, False, False, False, True],
    ]
    assert true_of(texts, rows).tolist() == wanted
