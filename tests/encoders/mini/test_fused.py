"""Activations inside the convolutions change nothing but the speed."""

import copy

import pytest
import torch
from torch import nn

from geosearch.encoders import mini
from geosearch.encoders.mini import fused
from geosearch.encoders.mini.image_tower import mostly_in


@pytest.fixture
def tower() -> mini.ImageTower:
    torch.manual_seed(3)
    plain = mini.ImageTower()
    for module in plain.modules():
        if isinstance(module, nn.BatchNorm2d):  # values on both sides of both bounds of ReLU6
            nn.init.uniform_(module.weight, 0.5, 4)
            nn.init.uniform_(module.bias, -1, 4)
    return mini.folded(plain)


@torch.inference_mode()
def test_in_float32_the_vectors_are_the_same(tower: mini.ImageTower) -> None:
    images = (torch.rand(3, 3, 96, 96) * 255).to(memory_format=torch.channels_last)
    expected = tower(images)
    found = fused.fuse(copy.deepcopy(tower))(images)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item())


@torch.inference_mode()
def test_in_bf16_they_point_the_same_way(tower: mini.ImageTower) -> None:
    images = (torch.rand(8, 3, 96, 96) * 255).to(memory_format=torch.channels_last)
    plain = mostly_in(copy.deepcopy(tower), torch.bfloat16)(images).float()
    quick = fused.fuse(mostly_in(copy.deepcopy(tower), torch.bfloat16))(images).float()
    assert torch.cosine_similarity(plain, quick).min() > 0.999


def test_all_activations_are_taken_in(tower: mini.ImageTower) -> None:
    if not fused._available(torch.float32):
        pytest.skip("this torch has no fused convolution")
    left = [module for module in fused.fuse(tower).modules() if isinstance(module, nn.ReLU6)]
    assert not left


def test_without_the_operator_the_tower_stays_as_it_is(
    tower: mini.ImageTower, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*arguments: object) -> torch.Tensor:
        raise AttributeError("'_OpNamespace' 'mkldnn' object has no attribute")

    monkeypatch.setattr(fused, "_conv_relu6", missing)
    activations = sum(isinstance(module, nn.ReLU6) for module in fused.fuse(tower).modules())
    assert activations > 30
