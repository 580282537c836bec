"""The text tower of `mini` in NumPy: a query needs no more, and torch takes seconds to load.

What it computes is described in `text_tower`; the two agree to 1e-5.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.compute.unit import unit_rows
from geosearch.encoders.mini.gelu import gelu
from geosearch.encoders.mini.sizes import (
    DIM,
    EPSILON,
    HEAD_INNER,
    HEADS,
    INNER,
    LAYERS,
    TEXT_LENGTH,
    WIDTH,
)
from geosearch.errors import WeightsError

Floats = NDArray[np.float32]

_LINEAR = {
    "query": (WIDTH, WIDTH),
    "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH),
    "attended": (WIDTH, WIDTH),
    "widen": (INNER, WIDTH),
    "narrow": (WIDTH, INNER),
}
"""The linear parts of a layer: numbers out, numbers in."""

_ONE_THREAD = 1 << 18
"""Multiplications up to which OpenBLAS, NumPy's, computes a product with one thread. For a short
text it takes longer to wake others; on a busy machine to wait for them takes thirty times as long
as to do without."""
_LEAST_COLUMNS = 8
"""Narrower parts gain nothing."""

_POSITIONS_AT_ONCE = 2048
"""Tokens, padding included: the widest arrays then have 12 megabytes, the scores at most 25."""


class ArrayTextTower:
    """Tokens to vectors, not yet of unit length."""

    def __init__(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take the weights; they are kept as they are.

        Args:
            state: By the keys of :class:`text_tower.TextTower`: float32, but for the words, int8.

        Raises:
            ValueError: An array is missing, unknown, or of another shape or type.
        """
        _require_arrays(state)
        self._state = state

    def __call__(self, ids: NDArray[np.int64], present: NDArray[np.bool_]) -> Floats:
        """Return float32 [n, 512].

        Args:
            ids: int64 [n, t], padded to the longest text of the batch.
            present: bool [n, t], false for padding.

        Raises:
            WeightsError: The table of words ends before a token.
        """
        found = np.empty((len(ids), DIM), np.float32)
        at_once = max(_POSITIONS_AT_ONCE // ids.shape[1], 1)
        for start in range(0, len(ids), at_once):
            part = slice(start, start + at_once)
            found[part] = self._vectors(ids[part], present[part])
        return found

    def _vectors(self, ids: NDArray[np.int64], present: NDArray[np.bool_]) -> Floats:
        sentences = self._sentences(ids, present)
        sentences *= np.float32(math.sqrt(WIDTH))  # as `text_tower.Head` does it
        return self._linear("head.fc2", gelu(self._linear("head.fc1", sentences)))

    def _sentences(self, ids: NDArray[np.int64], present: NDArray[np.bool_]) -> Floats:
        state = self._state
        table, scale = state["sentences.words.values"], state["sentences.words.scale"]
        if ids.size and ids.max() >= len(table):
            raise WeightsError(
                f"the weights know {len(table)} words, the tokenizer {ids.max() + 1} at least",
                hint="omit `weights` to use the bundled ones",
                parameter="weights",
            )
        x: Floats = table[ids].astype(np.float32)
        x *= scale[ids][..., None]
        x += state["sentences.positions"][: ids.shape[1]]
        x = self._norm("sentences.norm", x)
        # what is added to the score of a token that is only padding: it gets no weight
        unseen = np.where(present, np.float32(0), np.float32(-np.inf))[:, None, None, :]
        for number in range(LAYERS):
            x = self._layer(f"sentences.layers.{number}.", x, unseen)
        weight = present[..., None].astype(np.float32)
        x *= weight
        return unit_rows(x.sum(1) / weight.sum(1))

    def _layer(self, name: str, x: Floats, unseen: Floats) -> Floats:
        n, t, _ = x.shape
        query, key, value = (
            self._linear(name + part, x).reshape(n, t, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores: Floats = query @ key.transpose(0, 1, 3, 2)
        scores *= np.float32((WIDTH / HEADS) ** -0.5)
        scores += unseen
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(n, t, WIDTH)
        x = self._norm(f"{name}attended_norm", x + self._linear(f"{name}attended", mixed))
        wide = gelu(self._linear(f"{name}widen", x))
        return self._norm(f"{name}norm", x + self._linear(f"{name}narrow", wide))

    def _linear(self, name: str, x: Floats) -> Floats:
        """Return ``x W^T + b``: [..., numbers in] to [..., numbers out]."""
        weight: Floats = self._state[f"{name}.weight"]
        # one product of two matrices: NumPy would make one for each text
        found = _product(x.reshape(-1, weight.shape[1]), weight)
        found += self._state[f"{name}.bias"]
        return found.reshape(*x.shape[:-1], -1)

    def _norm(self, name: str, x: Floats) -> Floats:
        """Return the layer norm over the last axis."""
        centred: Floats = x - x.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        centred /= np.sqrt(variance + np.float32(EPSILON))
        centred *= self._state[f"{name}.weight"]
        centred += self._state[f"{name}.bias"]
        return centred


def _product(x: Floats, weight: Floats) -> Floats:
    """Return ``x W^T``, in parts where ``x`` has few rows: [n, numbers in] to [n, numbers out]."""
    columns = _ONE_THREAD // max(x.size, 1) // _LEAST_COLUMNS * _LEAST_COLUMNS
    if not 0 < columns < len(weight):
        whole: Floats = x @ weight.T
        return whole
    found = np.empty((len(x), len(weight)), np.float32)
    for first in range(0, len(weight), columns):
        part = slice(first, first + columns)
        found[:, part] = x @ weight[part].T
    return found


def _require_arrays(state: Mapping[str, NDArray[Any]]) -> None:
    words = state.get("sentences.words.values")
    count = 0 if words is None else len(words)
    expected: dict[str, tuple[int, ...]] = {
        "sentences.words.values": (count, WIDTH),
        "sentences.words.scale": (count,),
        "sentences.positions": (TEXT_LENGTH, WIDTH),
        **_of_norm("sentences.norm"),
        **_of_linear("head.fc1", HEAD_INNER, WIDTH),
        **_of_linear("head.fc2", DIM, HEAD_INNER),
    }
    for number in range(LAYERS):
        name = f"sentences.layers.{number}."
        expected |= _of_norm(f"{name}attended_norm") | _of_norm(f"{name}norm")
        for part, sizes in _LINEAR.items():
            expected |= _of_linear(name + part, *sizes)
    if odd := expected.keys() ^ state.keys():
        raise ValueError(f"{min(odd)} is {'missing' if min(odd) in expected else 'unknown'}")
    for key, shape in expected.items():
        kind = np.int8 if key == "sentences.words.values" else np.float32
        if state[key].shape != shape or state[key].dtype != kind:
            found = f"{state[key].dtype} {list(state[key].shape)}"
            raise ValueError(f"text.{key} is {found}, {np.dtype(kind)} {list(shape)} expected")


def _of_norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}


def _of_linear(name: str, out: int, inputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, inputs), f"{name}.bias": (out,)}
