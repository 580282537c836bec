"""Parts and processes change nothing: the gradients are those of the whole batch."""

import multiprocessing
import os
from pathlib import Path

import pytest
import torch

from geosearch.encoders import encoder_info, read_clip_towers
from geosearch.training.pairs.balance import Balance
from geosearch.training.pairs.batches import PairBatch, PairBatches, as_it_is
from geosearch.training.pairs.learner import Compute, PairsLearner
from geosearch.training.pairs.listing import read_pairs
from geosearch.training.ranks import ALONE, Ranks, joined

HALF = Balance(((0.0, 0.5),))


def learner(weights: Path, at_once: int = 64) -> PairsLearner:
    towers = read_clip_towers(encoder_info("dgtrs-clip-vit-b-16"), weights, long_texts=True)
    return PairsLearner(towers, HALF, 1e-3, Compute(at_once=at_once))


def batch(listing: Path, ranks: Ranks = ALONE) -> PairBatch:
    towers_fit = lambda image: image[4:36, 4:36]  # noqa: E731
    pairs = read_pairs(listing).pairs
    return PairBatches(pairs, towers_fit, 12, augment=as_it_is, seed=1, ranks=ranks).batch(0)


def gradients(one: PairsLearner) -> dict[str, torch.Tensor]:
    return {name: p.grad for name, p in one.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("at_once", [5, 1])
def test_parts_give_the_gradients_of_the_whole(
    small_weights: Path, listing: Path, at_once: int
) -> None:
    whole, parted = learner(small_weights), learner(small_weights, at_once)
    losses = [one.learn(batch(listing), 0.0, ALONE) for one in (whole, parted)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    wanted = gradients(whole)
    assert wanted.keys() == gradients(parted).keys()
    for name, gradient in gradients(parted).items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-5)


def test_the_first_rows_of_the_table_stay(small_weights: Path, listing: Path) -> None:
    one = learner(small_weights)
    one.learn(batch(listing), 0.0, ALONE)
    gradient = one.towers.text.positional_embedding.grad  # type: ignore[attr-defined]
    assert not gradient[:20].any()
    assert gradient[20:24].any()


def _process(number: int, port: int, weights: Path, listing: Path, out: Path) -> None:
    os.environ |= {
        "RANK": str(number),
        "WORLD_SIZE": "2",
        "LOCAL_RANK": str(number),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    torch.set_num_threads(1)
    with joined("cpu") as (ranks, _):
        one = learner(weights, at_once=4)
        loss = one.learn(batch(listing, ranks), 0.0, ranks)
        torch.save({"loss": loss, **gradients(one)}, out / f"{number}.pt")


def test_two_processes_give_the_gradients_of_one(
    small_weights: Path, listing: Path, tmp_path: Path
) -> None:
    alone = learner(small_weights)
    loss = alone.learn(batch(listing), 0.0, ALONE)
    context = multiprocessing.get_context("spawn")
    port = 20000 + os.getpid() % 20000
    workers = [
        context.Process(target=_process, args=(i, port, small_weights, listing, tmp_path))
        for i in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    for number in range(2):
        found = torch.load(tmp_path / f"{number}.pt", weights_only=True)
        assert found.pop("loss") == pytest.approx(loss, rel=1e-5)
        for name, gradient in gradients(alone).items():
            torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5)
