"""The quicker backward pass gives the gradients of the plain one."""

import copy
from typing import Any

import torch

from geosearch.encoders import mini
from geosearch.training.depthwise import quicken


def gradients(tower: mini.ImageTower, images: torch.Tensor) -> dict[str, torch.Tensor]:
    vectors = tower(images)
    (vectors * torch.linspace(-1, 1, vectors.shape[1])).sum().backward()
    found = {}
    for name, parameter in tower.named_parameters():
        assert parameter.grad is not None
        found[name] = parameter.grad
    return found


def test_in_float32_the_gradients_are_the_same() -> None:
    torch.manual_seed(5)
    plain = mini.ImageTower().train()
    quick = copy.deepcopy(plain)
    quicken(quick)
    images = torch.rand(3, 3, 64, 64) * 255
    expected, found = gradients(plain, images), gradients(quick, images)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5, msg=name)


def test_under_autocast_they_are_as_good_as_bf16_allows() -> None:
    torch.manual_seed(6)
    layer = mini.SameConv(24, 24, 5, 2, groups=24, bias=False)
    x = torch.randn(4, 24, 16, 16)
    truth = torch.autograd.grad(layer(x).square().sum(), layer.weight)[0]
    tower: Any = torch.nn.Sequential(layer)
    quicken(tower)
    with torch.autocast("cpu", torch.bfloat16):
        found = torch.autograd.grad(tower(x).float().square().sum(), layer.weight)[0]
    assert (found - truth).norm() < 0.02 * truth.norm()


def test_only_what_is_slow_is_replaced() -> None:
    tower = mini.ImageTower()
    quicken(tower)
    replaced = [
        module
        for module in tower.modules()
        if isinstance(module, mini.SameConv) and "convolve" in vars(module)
    ]
    assert replaced
    assert all(module.groups > 1 for module in replaced)
    assert all(module.stride[0] == 2 or module.kernel_size[0] == 5 for module in replaced)
