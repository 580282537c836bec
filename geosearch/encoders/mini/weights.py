"""The file of `mini`'s weights, written from torch's towers and read into them.

`arrays` describes the file, and reads it without torch.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from geosearch.encoders.mini.arrays import (
    FORMAT,
    SCALE,
    TABLE,
    arrays_in,
    does_not_fit,
    read_content,
)
from geosearch.encoders.mini.image_tower import ImageTower
from geosearch.encoders.mini.text_tower import TextTower


def quantized(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return int8 [rows, width] and float32 [rows]: symmetric, each row's largest value at 127.

    The product differs from the matrix by at most half a step of its row, ``scale / 2``.
    """
    scale = matrix.abs().amax(1).clamp_min(1e-12) / 127
    return (matrix / scale[:, None]).round().clamp(-127, 127).to(torch.int8), scale


def restored(values: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Return the float32 matrix [rows, width] of int8 values and factors a row."""
    return values.float() * scale[:, None]


def sentence_state(floats: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the sentence encoder's state as it computes from a stored file.

    Args:
        floats: float32 tensors under its keys, as `text_tower.checkpoint_keys` returns them.

    Returns:
        Its matrices rounded to 8 bits and back; the table of words as 8 bits and factors.
    """
    state = {}
    for key, tensor in floats.items():
        if key == "words.values":
            state[key], state["words.scale"] = quantized(tensor)
        elif key == "positions":
            state[key] = tensor.half().float()
        elif tensor.ndim == 2:
            state[key] = restored(*quantized(tensor))
        else:
            state[key] = tensor
    return state


def save(path: Path, image: ImageTower, text: TextTower, about: Mapping[str, str]) -> None:
    """Write both towers.

    Args:
        path: The file to write.
        image: With its norms, not folded.
        text: As :func:`sentence_state` rounds it: what is stored is then what it computes with.
        about: What the header says besides the format: where the weights come from.
    """
    stored: dict[str, torch.Tensor] = {}
    for key, tensor in image.state_dict().items():
        if tensor.is_floating_point():  # not the norms' counters
            stored[f"image.{key}"] = tensor.half() if tensor.ndim > 1 else tensor.float()
    for key, tensor in text.state_dict().items():
        name = f"text.{key}"
        if key.startswith(TABLE) or tensor.ndim == 1:
            stored[name] = tensor
        elif key.startswith("sentences.layers."):
            stored[name], stored[name + SCALE] = quantized(tensor)
        else:
            stored[name] = tensor.half()
    contiguous = {key: tensor.detach().contiguous() for key, tensor in stored.items()}
    save_file(contiguous, path, metadata={"format": FORMAT, **about})


def read(path: Path) -> tuple[ImageTower, TextTower]:
    """Return both towers, in float32, for inference.

    Raises:
        WeightsError: The file is missing, unreadable, or of another layout.
    """
    stored = arrays_in(read_content(path), path)
    try:
        return image_tower(stored.image), text_tower(stored.text)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise does_not_fit(path, error) from error


def image_tower(stored: Mapping[str, NDArray[Any]]) -> ImageTower:
    """Return the image tower, in float32, for inference.

    Args:
        stored: Its arrays, as `StoredArrays` has them.

    Raises:
        RuntimeError: One is missing, unknown, or of another shape.
    """
    with torch.device("meta"):  # no memory, no random numbers: the tensors are put in below
        tower = ImageTower()
    state = {key: torch.from_numpy(array.astype(np.float32)) for key, array in stored.items()}
    for key in tower.state_dict():
        if key.endswith("num_batches_tracked"):
            state[key] = torch.tensor(0)
    tower.load_state_dict(state, assign=True)
    return tower.eval().requires_grad_(False)


def text_tower(stored: Mapping[str, NDArray[Any]]) -> TextTower:
    """Return the text tower, in float32, for inference; it shares the arrays' memory.

    Args:
        stored: Its arrays, as `StoredArrays` has them.

    Raises:
        KeyError: The table of words is missing.
        RuntimeError: An array is missing, unknown, or of another shape.
    """
    with torch.device("meta"):
        tower = TextTower(len(stored["sentences.words.values"]))
    # torch does not take read-only arrays, as those are that were cut out of a file's bytes
    state = {k: torch.from_numpy(np.require(v, requirements="W")) for k, v in stored.items()}
    tower.load_state_dict(state, assign=True)
    return tower.eval().requires_grad_(False)
