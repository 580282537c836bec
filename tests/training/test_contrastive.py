"""The contrastive loss against its formula, written out."""

import math

import numpy as np
import pytest
import torch

from geosearch.training.contrastive import contrastive_loss


def written_out(logits: np.ndarray, found: np.ndarray) -> float:
    """Cross-entropy with evenly shared targets, one number at a time."""

    def one_way(scores: np.ndarray, true: np.ndarray) -> float:
        losses = []
        for row, targets in zip(scores, true, strict=True):
            if targets.any():
                whole = sum(math.exp(score) for score in row)
                chances = [math.log(math.exp(score) / whole) for score in row]
                fraction = [
                    chance for chance, target in zip(chances, targets, strict=True) if target
                ]
                losses.append(-sum(fraction) / len(fraction))
        return sum(losses) / len(losses)

    return (one_way(logits, found) + one_way(logits.T, found.T)) / 2


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_is_the_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (7, 9))
    found = rng.random((7, 9)) < 0.25
    found[np.arange(7), np.arange(7)] = True
    loss = contrastive_loss(torch.from_numpy(logits), torch.from_numpy(found))
    assert loss.item() == pytest.approx(written_out(logits, found), rel=1e-9)


def test_one_match_each_is_plain_infonce() -> None:
    logits = torch.randn(6, 6, generator=torch.manual_seed(1), dtype=torch.float64)
    target = torch.arange(6)
    cross_entropy = torch.nn.functional.cross_entropy
    plain = (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2
    torch.testing.assert_close(contrastive_loss(logits, torch.eye(6, dtype=torch.bool)), plain)


def test_what_matches_nothing_is_pushed_away_and_is_no_target() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    found = torch.tensor([[True, False, False], [False, True, False]])
    torch.autograd.backward(contrastive_loss(logits, found))
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[:, 2] > 0).all()
