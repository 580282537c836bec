"""Random weights in the authors' key layout, and a slow reading of the published formulas."""

from dataclasses import dataclass

import numpy as np
import torch

Array = np.ndarray
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Sizes:
    """Sizes of a random DGTRS-CLIP."""

    dim: int = 32
    image: int = 32
    patch: int = 8
    vision_width: int = 64
    vision_layers: int = 2
    text_width: int = 64
    text_layers: int = 2


SMALL = (
    Sizes(),
    Sizes(dim=48, image=42, patch=14, vision_width=128, vision_layers=3, text_width=192),
    Sizes(dim=64, image=64, patch=16, vision_width=192, vision_layers=1, text_layers=3),
)


def shapes(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the authors' files (their state dict, two positional tables)."""
    vision, text = sizes.vision_width, sizes.text_width
    found: dict[str, tuple[int, ...]] = {
        "positional_embedding": (248, text),
        "positional_embedding_res": (248, text),
        "token_embedding.weight": (49408, text),
        "text_projection": (text, sizes.dim),
        "logit_scale": (),
        "ln_final.weight": (text,),
        "ln_final.bias": (text,),
        "visual.class_embedding": (vision,),
        "visual.positional_embedding": ((sizes.image // sizes.patch) ** 2 + 1, vision),
        "visual.conv1.weight": (vision, 3, sizes.patch, sizes.patch),
        "visual.proj": (vision, sizes.dim),
    }
    for norm in ("ln_pre", "ln_post"):
        found |= {f"visual.{norm}.weight": (vision,), f"visual.{norm}.bias": (vision,)}
    for i in range(sizes.vision_layers):
        found |= _block_shapes(f"visual.transformer.resblocks.{i}", vision)
    for i in range(sizes.text_layers):
        found |= _block_shapes(f"transformer.resblocks.{i}", text)
    return found


def _block_shapes(prefix: str, width: int) -> dict[str, tuple[int, ...]]:
    parts: dict[str, tuple[int, ...]] = {
        "attn.in_proj_weight": (3 * width, width),
        "attn.in_proj_bias": (3 * width,),
        "attn.out_proj.weight": (width, width),
        "attn.out_proj.bias": (width,),
        "mlp.c_fc.weight": (4 * width, width),
        "mlp.c_fc.bias": (4 * width,),
        "mlp.c_proj.weight": (width, 4 * width),
        "mlp.c_proj.bias": (width,),
    }
    for norm in ("ln_1", "ln_2"):
        parts |= {f"{norm}.weight": (width,), f"{norm}.bias": (width,)}
    return {f"{prefix}.{key}": shape for key, shape in parts.items()}


def random_state(sizes: Sizes, seed: int = 0) -> dict[str, torch.Tensor]:
    """Draw weights of a size at which every part of the formulas matters."""
    draw = torch.Generator().manual_seed(seed)
    state = {}
    for key, shape in shapes(sizes).items():
        values = torch.randn(shape, generator=draw)
        if key == "logit_scale":
            values = torch.tensor(4.6)
        elif ".ln_" in f".{key}" and key.endswith("weight"):
            values = 1 + 0.2 * values
        elif values.ndim >= 2 and "embedding" not in key:
            values *= values[0].numel() ** -0.5
        else:
            values *= 0.3
        state[key] = values
    return state


class Reference:
    """The formulas as published, in float64 NumPy: full length, both tables, additive masks."""

    def __init__(self, sizes: Sizes, state: dict[str, torch.Tensor]) -> None:
        self.sizes = sizes
        self.w = {key: value.double().numpy() for key, value in state.items()}

    def images(self, images: Array) -> Array:
        """uint8 [n, size, size, 3] to [n, dim], not normalised."""
        w, patch, grid = self.w, self.sizes.patch, self.sizes.image // self.sizes.patch
        x = ((images / 255 - np.array(MEAN)) / np.array(STD)).transpose(0, 3, 1, 2)
        tokens = []
        for row in range(grid):
            for col in range(grid):
                cut = x[:, :, row * patch : (row + 1) * patch, col * patch : (col + 1) * patch]
                tokens.append(np.einsum("ncij,wcij->nw", cut, w["visual.conv1.weight"]))
        first = np.broadcast_to(w["visual.class_embedding"], tokens[0].shape)
        x = np.stack([first, *tokens], axis=1) + w["visual.positional_embedding"]
        x = self._norm(x, "visual.ln_pre")
        for i in range(self.sizes.vision_layers):
            x = self._block(x, f"visual.transformer.resblocks.{i}", 0.0)
        return np.asarray(self._norm(x[:, 0], "visual.ln_post") @ w["visual.proj"])

    def texts(self, ids: Array) -> Array:
        """[n, 248] padded with 0 to [n, dim], not normalised."""
        w = self.w
        rows = np.arange(248)[:, None]
        x = w["token_embedding.weight"][ids]
        x = (
            x
            + w["positional_embedding"] * (rows < 20)
            + w["positional_embedding_res"] * (rows >= 20)
        )
        mask = np.triu(np.full((248, 248), -np.inf), k=1)
        for i in range(self.sizes.text_layers):
            x = self._block(x, f"transformer.resblocks.{i}", mask)
        x = self._norm(x, "ln_final")
        return np.asarray(x[np.arange(len(ids)), ids.argmax(axis=1)] @ w["text_projection"])

    def _block(self, x: Array, prefix: str, mask: Array | float) -> Array:
        x = x + self._attention(self._norm(x, f"{prefix}.ln_1"), f"{prefix}.attn", mask)
        hidden = self._linear(self._norm(x, f"{prefix}.ln_2"), f"{prefix}.mlp.c_fc")
        hidden = hidden / (1 + np.exp(-1.702 * hidden))
        return np.asarray(x + self._linear(hidden, f"{prefix}.mlp.c_proj"))

    def _attention(self, x: Array, prefix: str, mask: Array | float) -> Array:
        width = x.shape[-1]
        weight, bias = self.w[f"{prefix}.in_proj_weight"], self.w[f"{prefix}.in_proj_bias"]
        q, k, v = (
            x @ weight[part * width : (part + 1) * width].T
            + bias[part * width : (part + 1) * width]
            for part in range(3)
        )
        mixed = np.empty_like(x)
        for head in range(0, width, 64):
            one = slice(head, head + 64)
            scores = q[..., one] @ k[..., one].transpose(0, 2, 1) / 8 + mask
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            mixed[..., one] = scores / scores.sum(axis=-1, keepdims=True) @ v[..., one]
        return self._linear(mixed, f"{prefix}.out_proj")

    def _linear(self, x: Array, prefix: str) -> Array:
        return np.asarray(x @ self.w[f"{prefix}.weight"].T + self.w[f"{prefix}.bias"])

    def _norm(self, x: Array, prefix: str) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return np.asarray(scaled * self.w[f"{prefix}.weight"] + self.w[f"{prefix}.bias"])
