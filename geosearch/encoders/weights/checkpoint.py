"""Checkpoint files to plain tensors, without running any code they might hold."""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geosearch.encoders.weights.files import require_weights, system_error
from geosearch.errors import WeightsError, first_line
from geosearch.regular_file import open_regular

# of a file that is refused, in words of ours
warnings.filterwarnings("ignore", message="Detected pickle protocol", category=UserWarning)

_PREFIX = "module."  # left by torch's DistributedDataParallel


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Read a file of named tensors: a torch checkpoint, or safetensors.

    A ``state_dict`` inside a training checkpoint is taken out, and the prefix ``module.`` that
    distributed training leaves is removed.

    Returns:
        Tensors on the CPU as they are stored. Those of a torch file are mapped, not yet read: who
        replaces the file while it is in use must rename another over it, not write into it.

    Raises:
        WeightsError: The file is missing, damaged, needs code to be read, or holds no tensors.
    """
    require_weights(path)
    content = _read_safetensors(path) if _is_safetensors(path) else _read_torch(path)
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping) or not content:
        raise _no_state_dict(path, type(content).__name__)
    for key, value in content.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise _no_state_dict(path, f"a mapping with {key!r}: {type(value).__name__}")
    if all(key.startswith(_PREFIX) for key in content):
        return {key.removeprefix(_PREFIX): value for key, value in content.items()}
    return dict(content)


def _is_safetensors(path: Path) -> bool:
    # by content, for files of any name: a length of 8 bytes, then a JSON object
    try:
        with open_regular(path) as file:
            head = file.read(9)
    except OSError as error:
        raise system_error(path, error) from error
    return path.suffix == ".safetensors" or head[8:] == b"{"


def _read_safetensors(path: Path) -> Any:
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except Exception as error:  # of a forged header, anything
        raise _unreadable(path, error) from error


def _read_torch(path: Path) -> Any:
    try:
        with open_regular(path) as file:
            zipped = file.read(4) == b"PK\x03\x04"  # torch's format since 1.6; only that maps
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path} cannot be read as plain tensors: {first_line(error)}",
            hint="geosearch loads no checkpoint that needs code to run: save its state dict alone "
            "(torch.save(model.state_dict(), FILE)), or as safetensors; a damaged download "
            "looks the same, so check the file's size too",
        ) from error
    except Exception as error:  # a broken pickle makes its reader raise anything
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> WeightsError:
    if isinstance(error, OSError) and error.errno:
        return system_error(path, error)
    return WeightsError(
        f"cannot read the weights file {path}: {first_line(error)}",
        hint="give a torch checkpoint (.pt, .pth, .bin) or a .safetensors file; if this is one, "
        "its download may have been cut short",
    )


def _no_state_dict(path: Path, found: str) -> WeightsError:
    return WeightsError(
        f"{path} does not hold a state dict of named tensors (found {found})",
        hint="save the model's state dict alone: torch.save(model.state_dict(), FILE)",
    )
