"""Batches hold all chips in their order, and are of a size that suits the device."""

import numpy as np
import pytest
import torch

from geosearch.encoders.compute.batches import images_at_once, on_device

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=needs_cuda)])
@pytest.mark.parametrize("at_once", [1, 3, 7, 50])
def test_all_chips_arrive_in_their_order(device: str, at_once: int) -> None:
    chips = np.random.default_rng(0).integers(0, 256, (23, 4, 5, 3), np.uint8)
    parts = list(on_device(chips, at_once, device))
    assert max(map(len, parts)) <= at_once
    np.testing.assert_array_equal(torch.cat(parts).cpu().numpy(), chips)


def test_what_must_not_be_written_is_read_all_the_same() -> None:
    chips = np.ones((2, 3, 3, 3), np.uint8)
    chips.setflags(write=False)
    (part,) = on_device(chips, 5, "cpu")
    np.testing.assert_array_equal(part.numpy(), chips)
    (turned,) = on_device(chips[:, :, ::-1], 5, "cpu")
    assert turned.shape == (2, 3, 3, 3)


def test_no_chip_gives_no_batch() -> None:
    assert list(on_device(np.zeros((0, 8, 8, 3), np.uint8), 4, "cpu")) == []


def test_large_images_go_in_smaller_batches_and_one_goes_always() -> None:
    few = images_at_once("cpu", positions=257, width=1024, edge_px=224)
    many = images_at_once("cpu", positions=50, width=768, edge_px=224)
    assert 1 <= few < many
    assert images_at_once("cpu", positions=10**9, width=768, edge_px=224) == 1


@needs_cuda
def test_a_batch_on_a_gpu_fits_into_its_free_memory() -> None:
    free, _ = torch.cuda.mem_get_info("cuda")
    count = images_at_once("cuda", positions=197, width=768, edge_px=10_000)
    assert 1 <= count <= free // 10_000**2 // 3
