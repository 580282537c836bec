"""A CLIP's two towers as training needs them: in float32, with gradients, and written back."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from geosearch.atomic_write import atomic_write
from geosearch.encoders.clip.architecture import ClipArchitecture, VitSizes
from geosearch.encoders.clip.bpe import ClipTokenizer
from geosearch.encoders.clip.dgtrs import FIRST, SECOND, read_dgtrs
from geosearch.encoders.clip.encoder import TEMPERATURE, VISION, vision_tower
from geosearch.encoders.clip.openclip import read_open_clip, sizes_of
from geosearch.encoders.clip.stretching import KEPT, LONG, SHORT, stretch
from geosearch.encoders.clip.text import TextTower
from geosearch.encoders.clip.vit import VitTower
from geosearch.encoders.entries import DGTRS, OPEN_CLIP, EncoderInfo
from geosearch.encoders.images import pixels
from geosearch.encoders.weights.loading import fill
from geosearch.encoders.weights.locating import find_weights
from geosearch.errors import UsageError

_FIRST_SCALE = math.log(1 / 0.07)


class ClipTowers(nn.Module):
    """Both towers and the temperature; a stretched table keeps its first rows."""

    def __init__(self, sizes: ClipArchitecture) -> None:
        """Build the towers on the device ``meta``: without weights yet."""
        super().__init__()
        self.sizes = sizes
        with torch.device("meta"):
            self.vision, self.text = vision_tower(sizes), TextTower(sizes)
        self.logit_scale = nn.Parameter(torch.tensor(_FIRST_SCALE))
        self._tokenizer = ClipTokenizer()

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""
        return self.sizes.image_size

    @property
    def stretched(self) -> bool:
        """Whether it reads long texts by a second table of positions."""
        return self.sizes.text_length == LONG

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image, uint8 [h, w, 3], to [size, size, 3]."""
        return pixels.fit(image, self.image_size)

    def see(self, images: Tensor) -> Tensor:
        """Embed uint8 [n, size, size, 3] as [n, dim], not of unit length."""
        seen: Tensor = self.vision(pixels.normalise(images))
        return seen

    def read(self, texts: Sequence[str]) -> Tensor:
        """Embed texts as [n, dim], not of unit length; those too long are cut."""
        ids = torch.from_numpy(self._tokenizer.batch(texts, self.sizes.text_length))
        said: Tensor = self.text(ids.to(self.logit_scale.device))
        return said

    def begin(self) -> None:
        """Let everything learn but the first rows of a stretched table.

        The statistics of batch norms stay too: batches of tuning are small.
        """
        self.requires_grad_(True)
        for module in self.modules():
            module.train(not isinstance(module, nn.BatchNorm2d))
        if self.stretched:
            self.text.positional_embedding.register_hook(_but_the_first)  # type: ignore[no-untyped-call]

    def undecayed(self) -> list[nn.Parameter]:
        """Return biases, norms, tables of positions and temperature: all but matrices of layers."""
        tables = {"positional_embedding", "class_embedding"}
        return [
            parameter
            for name, parameter in self.named_parameters()
            if parameter.ndim < 2 or name.rpartition(".")[2] in tables
        ]

    def save(self, path: Path) -> None:
        """Write a checkpoint in OpenAI's layout; a stretched one has DGTRS-CLIP's two tables."""
        state = {VISION + key: value for key, value in self.vision.state_dict().items()}
        state |= dict(self.text.state_dict())
        state[TEMPERATURE] = self.logit_scale
        if self.stretched:
            state[SECOND] = state[FIRST].clone()
        with atomic_write(path) as beside:
            save_file(
                {key: value.detach().cpu().contiguous() for key, value in state.items()}, beside
            )


def read_clip_towers(
    info: EncoderInfo, weights: str | Path | None, *, long_texts: bool
) -> ClipTowers:
    """Return the towers of a checkpoint.

    Args:
        info: Of the encoder, of the families DGTRS-CLIP or OpenCLIP.
        weights: Its file; None for the published one.
        long_texts: Stretch the table of one that reads 77 tokens.

    Raises:
        UsageError: The encoder is of another family.
        WeightsError: The weights are missing, unreadable or of another architecture.
    """
    if info.family not in (DGTRS, OPEN_CLIP):
        raise UsageError(
            f"{info.name} cannot be tuned",
            hint="name a DGTRS-CLIP, a CLIP of OpenCLIP's layout, Git-RSCLIP, or mini",
        )
    path = find_weights(info, weights).path
    activation = str(info.activation)
    if info.family == DGTRS:
        sizes, state = read_dgtrs(path, activation=activation)
    else:
        sizes, state = read_open_clip(str(info.architecture), path, activation=activation)
    if long_texts and sizes.text_length == SHORT:
        state[FIRST] = stretch(state[FIRST].float())
        sizes = replace(sizes, text_length=LONG)
    return _filled(sizes, state)


def new_clip_towers(info: EncoderInfo, *, long_texts: bool, seed: int) -> ClipTowers:
    """Return towers with random weights, drawn as OpenAI's CLIP draws them.

    Args:
        info: Of ``open-clip:`` and an architecture with a transformer.
        long_texts: Read 248 tokens, else 77.
        seed: Random seed of the weights.

    Raises:
        UsageError: The encoder is of another family, or has a residual network.
    """
    if info.family != OPEN_CLIP or info.architecture is None:
        raise UsageError(
            f"a new {info.name} cannot be made", hint="name one such as open-clip:ViT-S-32"
        )
    sizes = sizes_of(
        info.architecture,
        activation=str(info.activation),
        text_length=LONG if long_texts else SHORT,
    )
    if not isinstance(sizes.vision, VitSizes):
        raise UsageError(
            f"a new {info.architecture} cannot be made: residual networks are only tuned",
            hint="name one with a transformer, such as ViT-S-32",
        )
    towers = ClipTowers(sizes)
    towers.to_empty(device="cpu")
    torch.manual_seed(seed)
    _draw(towers)
    return towers


def _filled(sizes: ClipArchitecture, state: dict[str, Tensor]) -> ClipTowers:
    towers = ClipTowers(sizes)
    fill(
        {VISION: towers.vision, "": towers.text},
        state,
        scalars={TEMPERATURE: ()},
        device="cpu",
        dtype=torch.float32,
    )
    for parameter in towers.parameters():  # training shall not write into a mapped file's pages
        parameter.data = parameter.data.clone()
    towers.logit_scale.data = state[TEMPERATURE].float().clone()
    return towers


def _but_the_first(gradient: Tensor) -> Tensor:
    gradient = gradient.clone()
    gradient[:KEPT] = 0
    return gradient


@torch.no_grad()
def _draw(towers: ClipTowers) -> None:
    """Draw both towers' weights as ``initialize_parameters`` in OpenAI's model.py the text's."""
    vision, text, sizes = towers.vision, towers.text, towers.sizes
    assert isinstance(vision, VitTower)
    towers.logit_scale.fill_(_FIRST_SCALE)
    _draw_blocks(vision, vision.class_embedding.shape[0])
    _draw_blocks(text, sizes.text_width)
    for table in (vision.class_embedding, vision.positional_embedding, vision.proj):
        table.normal_(std=vision.class_embedding.shape[0] ** -0.5)
    nn.init.kaiming_uniform_(vision.conv1.weight, a=math.sqrt(5))
    text.token_embedding.weight.normal_(std=0.02)
    text.positional_embedding.normal_(std=0.01)
    text.text_projection.normal_(std=sizes.text_width**-0.5)


def _draw_blocks(tower: VitTower | TextTower, width: int) -> None:
    layers = len(tower.transformer.resblocks)
    inward, outward = width**-0.5, width**-0.5 * (2 * layers) ** -0.5
    for name, parameter in tower.named_parameters():
        if name.endswith("in_proj_weight"):
            parameter.normal_(std=inward)
        elif name.endswith("c_fc.weight"):
            parameter.normal_(std=(2 * width) ** -0.5)
        elif name.endswith(("out_proj.weight", "c_proj.weight")):
            parameter.normal_(std=outward)
        elif name.endswith("bias"):
            parameter.zero_()
        elif ".ln_" in name or name.startswith("ln_"):
            parameter.fill_(1.0)
