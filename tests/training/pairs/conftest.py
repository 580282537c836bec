"""Small towers of random weights, and a folder of drawn images with texts."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

COLOURS = ("red", "green", "blue", "white", "black", "yellow", "cyan", "purple")
VALUES = (
    (220, 20, 20), (20, 200, 20), (20, 20, 220), (240, 240, 240),
    (10, 10, 10), (230, 230, 30), (30, 220, 220), (150, 30, 170),
)  # fmt: skip


def small_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights in DGTRS-CLIP's layout: 32 px, width 64, two layers each."""
    draw = torch.Generator().manual_seed(seed)

    def of(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return scale * torch.randn(shape, generator=draw)

    state = {
        "positional_embedding": of(248, 64, scale=0.01),
        "positional_embedding_res": of(248, 64, scale=0.01),
        "token_embedding.weight": of(49408, 64, scale=0.02),
        "text_projection": of(64, 32, scale=0.125),
        "logit_scale": torch.tensor(2.66),
        "visual.class_embedding": of(64, scale=0.1),
        "visual.positional_embedding": of(17, 64, scale=0.1),
        "visual.conv1.weight": of(64, 3, 8, 8, scale=0.07),
        "visual.proj": of(64, 32, scale=0.125),
    }
    norms = ["ln_final", "visual.ln_pre", "visual.ln_post"]
    for tower in ("", "visual."):
        for i in range(2):
            block = f"{tower}transformer.resblocks.{i}"
            state |= {
                f"{block}.attn.in_proj_weight": of(192, 64, scale=0.125),
                f"{block}.attn.in_proj_bias": torch.zeros(192),
                f"{block}.attn.out_proj.weight": of(64, 64, scale=0.06),
                f"{block}.attn.out_proj.bias": torch.zeros(64),
                f"{block}.mlp.c_fc.weight": of(256, 64, scale=0.09),
                f"{block}.mlp.c_fc.bias": torch.zeros(256),
                f"{block}.mlp.c_proj.weight": of(64, 256, scale=0.04),
                f"{block}.mlp.c_proj.bias": torch.zeros(64),
            }
            norms += [f"{block}.ln_1", f"{block}.ln_2"]
    for norm in norms:
        state |= {f"{norm}.weight": torch.ones(64), f"{norm}.bias": torch.zeros(64)}
    return state


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.pt"
    torch.save(small_state(), path)
    return path


@pytest.fixture(scope="session")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 images: a disc of a colour on a ground of another; the short text names the disc."""
    folder = tmp_path_factory.mktemp("pairs")
    rng = np.random.default_rng(5)
    rows, cols = np.mgrid[:40, :40]
    lines = []
    for i in range(80):
        disc, ground = rng.choice(8, 2, replace=False)
        image = np.empty((40, 40, 3), np.uint8)
        image[:] = VALUES[ground]
        middle = rng.integers(14, 26, 2)
        image[(rows - middle[0]) ** 2 + (cols - middle[1]) ** 2 < 120] = VALUES[disc]
        Image.fromarray(image).save(folder / f"{i}.png")
        short = f"a {COLOURS[disc]} disc" if i % 7 else ""
        long = (
            "seen from above, and not far from the middle of the picture, there is one flat round "
            f"disc of {COLOURS[disc]} colour that lies on a plain {COLOURS[ground]} ground"
        )
        lines.append((f"{i}.png", short, long if i % 5 else ""))
    with (folder / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "short", "long"), *lines])
    return folder / "list.csv"
