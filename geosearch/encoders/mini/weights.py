"""The file of `mini`'s weights: one safetensors file for both towers.

The sentence encoder's matrices are int8 with a float32 factor a row (``KEY`` and ``KEY.scale``);
the image tower's and the head's are float16; vectors (biases, norms) are float32. Keys begin with
``image.`` or ``text.``; the header says the format's version.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from geosearch.encoders.mini.image_tower import ImageTower
from geosearch.encoders.mini.text_tower import TextTower
from geosearch.encoders.weights.checkpoint import require_weights
from geosearch.errors import WeightsError, first_line
from geosearch.message import Message

FORMAT = "geosearch-mini-1"
"""Version of the layout."""

_TABLE = "sentences.words."
_SCALE = ".scale"


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
        if key.startswith(_TABLE) or tensor.ndim == 1:
            stored[name] = tensor
        elif key.startswith("sentences.layers."):
            stored[name], stored[name + _SCALE] = quantized(tensor)
        else:
            stored[name] = tensor.half()
    contiguous = {key: tensor.detach().contiguous() for key, tensor in stored.items()}
    save_file(contiguous, path, metadata={"format": FORMAT, **about})


def read(path: Path) -> tuple[ImageTower, TextTower]:
    """Return both towers, in float32, for inference.

    Raises:
        WeightsError: The file is missing, unreadable, or of another layout.
    """
    hint = Message(
        "omit `weights` to use the bundled ones, or train: python -m workshop.mini train"
    )
    require_weights(path)
    try:
        with safe_open(path, "pt") as file:
            found = (file.metadata() or {}).get("format")
            if found != FORMAT:
                raise WeightsError(
                    f"{path} holds {found or 'other weights'}, not {FORMAT}", hint=hint
                )
            stored = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except WeightsError:
        raise
    except Exception as error:  # of a forged header, anything
        reason = f"cannot read the weights {path}: {first_line(error)}"
        raise WeightsError(reason, hint=hint) from error
    try:
        return _image_tower(_part(stored, "image.")), _text_tower(_part(stored, "text."))
    except (KeyError, RuntimeError, TypeError, ValueError, IndexError) as error:
        raise WeightsError(f"{path} does not fit mini: {error}", hint=hint) from error


def _part(stored: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): tensor for k, tensor in stored.items() if k.startswith(prefix)}


def _image_tower(stored: dict[str, torch.Tensor]) -> ImageTower:
    with torch.device("meta"):  # no memory, no random numbers: the tensors are put in below
        tower = ImageTower()
    state = {key: tensor.float() for key, tensor in stored.items()}
    for key in tower.state_dict():
        if key.endswith("num_batches_tracked"):
            state[key] = torch.tensor(0)
    tower.load_state_dict(state, assign=True)
    return tower.eval().requires_grad_(False)


def _text_tower(stored: dict[str, torch.Tensor]) -> TextTower:
    with torch.device("meta"):
        tower = TextTower(len(stored[_TABLE + "values"]))
    state = {}
    for key, tensor in stored.items():
        if key.startswith(_TABLE):
            state[key] = tensor
        elif tensor.dtype == torch.int8:
            state[key] = restored(tensor, stored[key + _SCALE])
        elif not key.endswith(_SCALE):
            state[key] = tensor.float()
    tower.load_state_dict(state, assign=True)
    return tower.eval().requires_grad_(False)
