"""The transformer block both CLIP towers are made of.

x = x + attention(ln_1(x)); x = x + c_proj(act(c_fc(ln_2(x)))). Attributes carry the names of the
reference's state dict, so that weights are loaded by name.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 64
LAYER_NORM_EPS = 1e-5
QUICK_FACTOR = 1.702


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x): what OpenAI's weights, and all tuned from them, were trained with."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply it to each element."""
        return x * torch.sigmoid(QUICK_FACTOR * x)


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
        joint = functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = self._split(joint, 3)
        # the default scale is 1 / sqrt(head width), as in the reference
        return self._join(functional.scaled_dot_product_attention(q, k, v, is_causal=causal))

    def of_one(self, x: Tensor, at: Tensor, *, causal: bool) -> Tensor:
        """Attend from one position of each row only: [n, positions, width] to [n, 1, width].

        Args:
            x: All positions, which are looked at.
            at: int64 [n], the position of each row that looks.
            causal: It sees itself and what is before it.
        """
        width = x.shape[2]
        weight, bias = self.in_proj_weight, self.in_proj_bias
        asking = x[torch.arange(len(x), device=x.device), at].unsqueeze(1)
        (q,) = self._split(functional.linear(asking, weight[:width], bias[:width]), 1)
        k, v = self._split(functional.linear(x, weight[width:], bias[width:]), 2)
        seen = None
        if causal:
            seen = (torch.arange(x.shape[1], device=x.device) <= at[:, None])[:, None, None]
        return self._join(functional.scaled_dot_product_attention(q, k, v, attn_mask=seen))

    def _split(self, joint: Tensor, parts: int) -> tuple[Tensor, ...]:
        """[n, positions, parts * width] to as many [n, heads, positions, head width]."""
        n, positions, _ = joint.shape
        apart = joint.view(n, positions, parts, self.heads, -1)
        return apart.permute(2, 0, 3, 1, 4).unbind()

    def _join(self, mixed: Tensor) -> Tensor:
        """[n, heads, positions, head width] to [n, positions, width], projected."""
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
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
        return self._widened(x + self.attn(self.ln_1(x), causal=causal))

    def of_one(self, x: Tensor, at: Tensor, *, causal: bool) -> Tensor:
        """[n, positions, width] to [n, width]: what :meth:`forward` gives at the positions ``at``.

        Five sixths of the block are computed for one position instead of all of them.
        """
        asking = x[torch.arange(len(x), device=x.device), at]
        mixed = self.attn.of_one(self.ln_1(x), at, causal=causal)
        return self._widened(asking + mixed[:, 0])

    def _widened(self, x: Tensor) -> Tensor:
        mlp: Tensor = self.mlp(self.ln_2(x))
        return x + mlp


class Transformer(nn.Module):
    """A stack of blocks that is read at one position, so the last computes no other."""

    def __init__(
        self, width: int, layers: int, heads: int, hidden: int, activation: str, *, causal: bool
    ) -> None:
        super().__init__()
        self.causal = causal
        self.resblocks = nn.ModuleList(
            Block(width, heads, hidden, activation) for _ in range(layers)
        )

    def forward(self, x: Tensor, at: Tensor) -> Tensor:
        """[n, positions, width] to [n, width]: the last block's output at one position a row.

        Args:
            x: The first block's input.
            at: int64 [n], the position that is read.
        """
        for block in self.resblocks[:-1]:
            x = block(x, causal=self.causal)
        last = self.resblocks[-1]
        assert isinstance(last, Block)
        return last.of_one(x, at, causal=self.causal)
