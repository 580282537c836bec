"""Batches made ahead are the same ones, in order."""

import pytest
import torch

from geosearch.training.prefetch import PrefetchedBatches
from workshop.mini.pictures.corpus import Batch


class Numbered:
    def batch(self, number: int) -> Batch:
        if number == 9:
            raise ValueError("no ninth batch")
        return Batch(*(torch.tensor([number]) for _ in range(4)))


def test_batches_come_in_order_whatever_was_begun() -> None:
    ahead = PrefetchedBatches(Numbered(), 3)
    try:
        assert [ahead.batch(number).images.item() for number in (4, 5, 6, 7)] == [4, 5, 6, 7]
    finally:
        ahead.close()


def test_an_error_is_told_where_its_batch_is_wanted() -> None:
    ahead = PrefetchedBatches(Numbered(), 3)
    try:
        assert ahead.batch(8).images.item() == 8
        with pytest.raises(ValueError, match="ninth"):
            ahead.batch(9)
    finally:
        ahead.close()
