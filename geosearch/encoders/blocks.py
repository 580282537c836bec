"""The transformer block both CLIP towers are made of.

x = x + attention(ln_1(x)); x = x + c_proj(act(c_fc(ln_2(x)))). Attributes carry the names of the
reference's state dict, so that weights are loaded by name.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 64
LAYER_NORM_EPS = 1e-5


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x): what OpenAI's weights, and all tuned from them, were trained with."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply it to each element."""
        return x * torch.sigmoid(1.702 * x)


ACTIVATIONS: dict[str, type[nn.Module]] = {"quickgelu": QuickGELU, "gelu": nn.GELU}


class Attention(nn.Module):
    """Multi-head self-attention with one projection for query, key and value, in this order."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        """Attend; ``causal`` keeps a position from seeing those after it. [n, positions, width]."""
        n, positions, width = x.shape
        joint = functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        # [n, positions, 3 * width] -> 3 x [n, heads, positions, head width]
        q, k, v = joint.view(n, positions, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # the default scale is 1 / sqrt(head width), as in the reference
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).reshape(n, positions, width))
        return out


class Mlp(nn.Module):
    """Widen four times, bend, narrow."""

    def __init__(self, width: int, hidden: int, activation: str) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, hidden)
        self.act = ACTIVATIONS[activation]()
        self.c_proj = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """[n, positions, width] to the same."""
        out: Tensor = self.c_proj(self.act(self.c_fc(x)))
        return out


class Block(nn.Module):
    """One residual block, normalised before its parts."""

    def __init__(self, width: int, heads: int, hidden: int, activation: str) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.mlp = Mlp(width, hidden, activation)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        """[n, positions, width] to the same."""
        x = x + self.attn(self.ln_1(x), causal=causal)
        mlp: Tensor = self.mlp(self.ln_2(x))
        return x + mlp


class Transformer(nn.Module):
    """A stack of blocks."""

    def __init__(
        self, width: int, layers: int, heads: int, hidden: int, activation: str, *, causal: bool
    ) -> None:
        super().__init__()
        self.causal = causal
        self.resblocks = nn.ModuleList(
            Block(width, heads, hidden, activation) for _ in range(layers)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, positions, width] to the same."""
        for block in self.resblocks:
            x = block(x, causal=self.causal)
        return x
