"""The file of `mini`'s weights as NumPy arrays: one safetensors file for both towers.

The sentence encoder's matrices are int8 with a float32 factor a row (``KEY`` and ``KEY.scale``);
the image tower's and the head's are float16; vectors (biases, norms) are float32. Keys begin with
``image.`` or ``text.``; the header says the format's version.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.weights.files import require_weights, system_error
from geosearch.errors import WeightsError, first_line
from geosearch.regular_file import open_regular

FORMAT = "geosearch-mini-1"
"""Version of the layout."""

TABLE = "sentences.words."
"""What the keys of the table of words begin with: it stays in 8 bits."""
SCALE = ".scale"
"""What the key of a matrix's factors ends with."""

HINT = "omit `weights` to use the bundled ones, or train: python -m workshop.mini train"


@dataclass(frozen=True, slots=True)
class StoredArrays:
    """What a file of weights holds."""

    image: dict[str, NDArray[Any]]
    """The image tower's, by its keys, as they are stored."""
    text: dict[str, NDArray[Any]]
    """The text tower's, by its keys: float32, but for the table of words, which is int8."""


def read_content(path: Path) -> bytes:
    """Return the bytes of a file of weights, whose header has been looked at.

    Raises:
        WeightsError: The file is missing, unreadable, or of another layout.
    """
    from safetensors import safe_open

    require_weights(path)
    try:
        with safe_open(path, "np") as file:  # before gigabytes of another model are read
            found = (file.metadata() or {}).get("format")
    except Exception as error:  # of a forged header, anything
        raise _unreadable(path, error) from error
    if found != FORMAT:
        raise WeightsError(f"{path} holds {found or 'other weights'}, not {FORMAT}", hint=HINT)
    try:
        with open_regular(path) as file:
            return file.read()
    except OSError as error:
        raise system_error(path, error) from error


def arrays_in(content: bytes, path: Path) -> StoredArrays:
    """Return the arrays that a file of weights holds.

    Args:
        content: The bytes of the file, from `read_content`.
        path: Where they come from, for errors.

    Raises:
        WeightsError: They are damaged, or factors are missing.
    """
    from safetensors.numpy import load

    try:
        stored = load(content)
    except Exception as error:
        raise _unreadable(path, error) from error
    try:
        return StoredArrays(_part(stored, "image."), _floats(_part(stored, "text.")))
    except (KeyError, IndexError, ValueError) as error:
        raise does_not_fit(path, error) from error


def does_not_fit(path: Path, error: Exception) -> WeightsError:
    """Return the error for weights that are not those of the towers."""
    return WeightsError(f"{path} does not fit mini: {first_line(error)}", hint=HINT)


def _unreadable(path: Path, error: Exception) -> WeightsError:
    return WeightsError(f"cannot read the weights {path}: {first_line(error)}", hint=HINT)


def _part(stored: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {k.removeprefix(prefix): array for k, array in stored.items() if k.startswith(prefix)}


def _floats(stored: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    state = {}
    for key, array in stored.items():
        if key.startswith(TABLE):
            state[key] = array
        elif array.dtype == np.int8:
            factors = stored[key + SCALE].astype(np.float32)[:, None]
            state[key] = np.multiply(array, factors, dtype=np.float32)
        elif not key.endswith(SCALE):
            state[key] = array.astype(np.float32)
    return state
