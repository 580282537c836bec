"""What the loss of `mini` is told, against the formulas written out."""

import numpy as np
import pytest
import torch

from workshop.mini.learning.neighbours_loss import neighbours_loss
from workshop.mini.pictures.matches import matches


def test_equal_texts_and_names_match_all_they_are_true_of() -> None:
    true_of = torch.zeros(3, 4, dtype=torch.bool)
    true_of[0, [1, 2]] = True  # a name of two classes
    true_of[1, 2] = True
    found = matches(
        text_ids=torch.tensor([10, 10, 11, 12]),
        names=torch.tensor([-1, -1, 0, 1]),
        labels=torch.tensor([0, 0, 1, 2, -1]),  # the last image belongs to no text
        true_of=true_of,
    )
    assert found.tolist() == [
        [True, True, False, False, False],
        [True, True, False, False, False],
        [False, False, True, True, False],
        [False, False, False, True, False],
    ]


def test_the_neighbours_loss_is_the_formula() -> None:
    rng = np.random.default_rng(3)
    before, after = (rng.normal(size=(6, width)) for width in (8, 5))
    before, after = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (before, after))
    expected = []
    for i in range(6):
        others = [j for j in range(6) if j != i]
        p, q = (
            np.exp([4 * vectors[i] @ vectors[j] for j in others]) for vectors in (before, after)
        )
        p, q = p / p.sum(), q / q.sum()
        expected.append(float(np.sum(p * np.log(p / q))))
    loss = neighbours_loss(torch.from_numpy(before), torch.from_numpy(after), 4.0)
    assert loss.item() == pytest.approx(np.mean(expected), rel=1e-6)


def test_texts_that_only_turned_together_have_not_moved() -> None:
    vectors = torch.nn.functional.normalize(
        torch.randn(20, 16, generator=torch.manual_seed(4), dtype=torch.float64), dim=1
    )
    turn, _ = torch.linalg.qr(torch.randn(16, 16, dtype=torch.float64))
    assert neighbours_loss(vectors, vectors @ turn, 20.0).item() == pytest.approx(0, abs=1e-9)
