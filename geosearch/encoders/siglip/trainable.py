"""A SigLIP's two towers as training needs them: in float32, with gradients, and written back."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from geosearch.atomic_write import atomic_write
from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.images import pixels
from geosearch.encoders.siglip.encoder import SCALARS, TEXT, VISION, read_state
from geosearch.encoders.siglip.tokens import SiglipTokenizer
from geosearch.encoders.siglip.towers import SiglipSizes, TextTower, VisionTower, read_sizes
from geosearch.encoders.weights.loading import fill
from geosearch.encoders.weights.locating import find_tokenizer, find_weights

_TABLES = ("position_embedding.weight", "probe")


class SiglipTowers(nn.Module):
    """Both towers and the temperature; the bias of its own loss is kept as it is."""

    def __init__(self, sizes: SiglipSizes, state: dict[str, Tensor], tokenizer: Path) -> None:
        """Build the towers and give them the weights.

        Args:
            sizes: As read from ``state``.
            state: The checkpoint's tensors.
            tokenizer: The file beside the weights, which goes with them.

        Raises:
            WeightsError: Keys or shapes differ from what the towers need.
        """
        super().__init__()
        self.sizes = sizes
        with torch.device("meta"):
            self.vision, self.text = VisionTower(sizes), TextTower(sizes)
        towers = {VISION: self.vision, TEXT: self.text}
        fill(towers, state, scalars=SCALARS, device="cpu", dtype=torch.float32)
        for parameter in self.parameters():  # training shall not write into a mapped file's pages
            parameter.data = parameter.data.clone()
        self.logit_scale = nn.Parameter(state["logit_scale"].float().reshape(()).clone())
        self.register_buffer("bias", state["logit_bias"].float().clone())
        self._tokenizer_file = tokenizer
        self._tokenizer = SiglipTokenizer(tokenizer)

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""
        return self.sizes.image_size

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image, uint8 [h, w, 3], to [size, size, 3]; nothing is cut."""
        return pixels.squeeze(image, self.image_size)

    def see(self, images: Tensor) -> Tensor:
        """Embed uint8 [n, size, size, 3] as [n, width], not of unit length."""
        numbers = pixels.normalise(images, pixels.SIGLIP_MEAN, pixels.SIGLIP_STD)
        seen: Tensor = self.vision(numbers)
        return seen

    def read(self, texts: Sequence[str]) -> Tensor:
        """Embed texts as [n, width], not of unit length; those too long are cut."""
        ids = torch.from_numpy(self._tokenizer.tokenize(texts, self.sizes.text_length))
        said: Tensor = self.text(ids.to(self.logit_scale.device))
        return said

    def begin(self) -> None:
        """Let everything learn."""
        self.requires_grad_(True)
        self.train()

    def undecayed(self) -> list[nn.Parameter]:
        """Return biases, norms, tables of positions and temperature: all but matrices of layers."""
        return [
            parameter
            for name, parameter in self.named_parameters()
            if parameter.ndim < 2 or name.endswith(_TABLES)
        ]

    def save(self, path: Path) -> None:
        """Write a checkpoint in Hugging Face's layout, and the tokenizer beside it."""
        state = {VISION + key: value for key, value in self.vision.state_dict().items()}
        state |= {TEXT + key: value for key, value in self.text.state_dict().items()}
        state |= {"logit_scale": self.logit_scale.reshape(1), "logit_bias": self.get_buffer("bias")}
        with atomic_write(path) as beside:
            save_file(
                {key: value.detach().cpu().contiguous() for key, value in state.items()}, beside
            )
        copied = path.with_name(self._tokenizer_file.name)
        if copied.resolve() != self._tokenizer_file.resolve():
            shutil.copyfile(self._tokenizer_file, copied)


def read_siglip_towers(info: EncoderInfo, weights: str | Path | None) -> SiglipTowers:
    """Return the towers of a checkpoint.

    Args:
        info: Of the encoder, of SigLIP's family.
        weights: Its file, with the tokenizer beside it; None for the published one.

    Raises:
        WeightsError: A file is missing, unreadable or of another architecture.
    """
    path = find_weights(info, weights).path
    state = read_state(path)
    return SiglipTowers(read_sizes(state), state, find_tokenizer(info, path))
