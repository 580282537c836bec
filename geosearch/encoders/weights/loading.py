"""Giving towers the tensors of a checkpoint: all of them, and none that does not fit."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from geosearch.errors import WeightsError

_COUNTER = "num_batches_tracked"
"""The one tensor of whole numbers in these files: of batch norms, which inference ignores."""
_SHOWN_KEYS = 3
_OTHER_FILE = "check that the file belongs to the named encoder"


def fill(
    towers: Mapping[str, nn.Module],
    state: Mapping[str, Tensor],
    *,
    scalars: Mapping[str, tuple[int, ...]],
    device: str,
    dtype: torch.dtype,
) -> None:
    """Put tensors into towers that were built on the device ``meta``.

    Args:
        towers: Prefix of the keys to the module, as ``{"visual.": tower}``.
        state: The checkpoint's tensors.
        scalars: Keys that belong to the model but to no tower, with their shapes.
        device: Device that the towers compute on.
        dtype: Their number type.

    Raises:
        WeightsError: Keys are missing or unknown, or a tensor has another shape or type.
    """
    expected = dict(scalars)
    for prefix, tower in towers.items():
        expected |= {prefix + key: tuple(v.shape) for key, v in tower.state_dict().items()}
    _check(state, expected)
    for prefix, tower in towers.items():
        own = {key: state[prefix + key] for key in tower.state_dict()}
        placed = {
            key: value.to(device, dtype if value.is_floating_point() else None)
            for key, value in own.items()
        }
        tower.load_state_dict(placed, assign=True)
        tower.requires_grad_(False).eval()


def shape_of(state: Mapping[str, Tensor], key: str, rank: int, hint: str) -> tuple[int, ...]:
    """Return the shape of a tensor from which sizes are read.

    Args:
        state: The checkpoint's tensors.
        key: The tensor.
        rank: Number of dimensions it must have.
        hint: What to do if it does not.

    Raises:
        WeightsError: It is missing, of another rank, or empty.
    """
    if key not in state:
        raise WeightsError(f"the weights have no {key!r}", hint=hint)
    shape = tuple(state[key].shape)
    if len(shape) != rank or 0 in shape:
        raise WeightsError(
            f"{key!r} has shape {list(shape)}, {rank} dimensions expected", hint=hint
        )
    return shape


def _check(state: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]]) -> None:
    missing, unknown = expected.keys() - state.keys(), state.keys() - expected.keys()
    if missing or unknown:
        parts = [f"missing: {_some(missing)}"] if missing else []
        parts += [f"unknown: {_some(unknown)}"] if unknown else []
        raise WeightsError(
            f"the weights do not fit the architecture ({'; '.join(parts)})", hint=_OTHER_FILE
        )
    for key, shape in expected.items():
        found = tuple(state[key].shape)
        if found != shape or state[key].is_floating_point() == key.endswith(_COUNTER):
            raise WeightsError(
                f"{key!r} is {state[key].dtype} {list(found)}, {list(shape)} expected",
                hint=_OTHER_FILE,
            )


def _some(keys: set[str]) -> str:
    shown = ", ".join(sorted(keys)[:_SHOWN_KEYS])
    more = len(keys) - _SHOWN_KEYS
    return f"{shown} and {more} more" if more > 0 else shown
