"""Reading a stack of blocks at one position is reading its whole output there."""

import pytest
import torch

from geosearch.encoders.layers.blocks import Transformer


def drawn(*, causal: bool) -> Transformer:
    draw = torch.Generator().manual_seed(2)
    stack = Transformer(128, 3, 2, 512, "quickgelu", causal=causal)
    for parameter in stack.parameters():
        scale = parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.3
        parameter.data = torch.randn(parameter.shape, generator=draw) * scale
    return stack.eval().requires_grad_(False)


@pytest.mark.parametrize("causal", [True, False])
@torch.inference_mode()
def test_a_position_is_read_as_if_all_were_computed(causal: bool) -> None:
    stack = drawn(causal=causal)
    x = torch.randn(4, 9, 128, generator=torch.Generator().manual_seed(5))
    at = torch.tensor([0, 8, 3, 5])
    whole = x
    for block in stack.resblocks:
        whole = block(whole, causal=causal)
    expected = whole[torch.arange(4), at]
    torch.testing.assert_close(stack(x, at), expected, rtol=1e-5, atol=1e-5)


@torch.inference_mode()
def test_a_causal_stack_reads_nothing_behind_the_position() -> None:
    stack = drawn(causal=True)
    x = torch.randn(2, 6, 128, generator=torch.Generator().manual_seed(5))
    at = torch.tensor([3, 1])
    other = x.clone()
    other[0, 4:], other[1, 2:] = 7.0, -7.0
    torch.testing.assert_close(stack(other, at), stack(x, at))
