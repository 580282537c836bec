"""A folded tower computes what the tower computed."""

import pytest
import torch
from torch import nn

from geosearch.encoders.clip.architecture import ResnetSizes, VitSizes
from geosearch.encoders.clip.resnet import ResnetTower
from geosearch.encoders.clip.vit import VitTower
from geosearch.encoders.layers.folding import fold


def drawn(tower: nn.Module) -> nn.Module:
    """Give it weights at which every part of it matters, norms as after some training."""
    draw = torch.Generator().manual_seed(11)
    for parameter in tower.parameters():
        scale = parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.3
        parameter.data = torch.randn(parameter.shape, generator=draw) * scale
    for module in tower.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data = torch.rand(module.weight.shape, generator=draw) + 0.5
            module.running_mean = torch.randn(module.bias.shape, generator=draw) * 0.2
            module.running_var = torch.rand(module.bias.shape, generator=draw) + 0.5
    return tower.eval().requires_grad_(False)


def towers() -> list[nn.Module]:
    vit = VitSizes(image_size=32, patch_size=8, width=64, layers=3, heads=1, hidden=256)
    resnet = ResnetSizes(image_size=64, width=16, blocks=(2, 1, 2, 1), heads=8)
    return [
        drawn(VitTower(vit, 24, "quickgelu")),
        drawn(VitTower(vit, 24, "gelu")),
        drawn(ResnetTower(resnet, 24)),
    ]


@pytest.mark.parametrize("tower", towers(), ids=["vit-quickgelu", "vit-gelu", "resnet"])
@torch.inference_mode()
def test_folding_changes_no_vector_but_for_rounding(tower: nn.Module) -> None:
    size = 64 if isinstance(tower, ResnetTower) else 32
    images = torch.randn(5, 3, size, size, generator=torch.Generator().manual_seed(3))
    before = tower(images)
    fold(tower)
    torch.testing.assert_close(tower(images), before, rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_no_norm_of_a_batch_and_no_quick_gelu_is_left() -> None:
    for tower in towers():
        fold(tower)
        kinds = {type(module).__name__ for module in tower.modules()}
        assert not kinds & {"BatchNorm2d", "QuickGELU"}


@torch.inference_mode()
def test_the_tensors_that_were_given_stay_as_they_were() -> None:
    for tower in towers():
        given = {key: value for key, value in tower.state_dict().items()}
        kept = {key: value.clone() for key, value in given.items()}
        fold(tower)
        for key, value in given.items():
            assert torch.equal(value, kept[key]), key
