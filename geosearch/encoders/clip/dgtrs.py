"""DGTRS-CLIP: a CLIP of the Long-CLIP kind that reads 248 tokens.

The authors' files hold two tables of text positions: rows 0..19 of the first (CLIP's own, frozen
in training) and rows 20..247 of the second (trained) are in use; the others may hold anything
(MitsuiChen14/DGTRS, model_longclip.py; Long-CLIP issue 41). Merged on loading they make a plain
CLIP text tower.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from geosearch.encoders.clip import bpe
from geosearch.encoders.clip.architecture import ClipArchitecture, read_architecture
from geosearch.encoders.clip.encoder import ClipEncoder, load_clip
from geosearch.encoders.clip.stretching import KEPT, LONG, SHORT
from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.weights import checkpoint
from geosearch.encoders.weights.locating import find_weights
from geosearch.errors import WeightsError

FAMILY = "dgtrs-clip"
ACTIVATION = "quickgelu"
FIRST, SECOND = "positional_embedding", "positional_embedding_res"
"""The two tables of text positions."""

NOT_WEIGHTS = ("input_resolution", "context_length", "vocab_size")
"""Keys that OpenAI's archives record, and their loader drops too."""
_GET_WEIGHTS = "give a DGTRS-CLIP checkpoint, as in the hub repository MitsuiChen14/DGTRS-CLIP-*"


def load_dgtrs(
    name: str,
    path: Path,
    *,
    activation: str = ACTIVATION,
    named_by_user: bool = False,
    device: str = "auto",
    precision: str = "auto",
) -> ClipEncoder:
    """Load a DGTRS-CLIP checkpoint of any size.

    Args:
        name: The encoder's name.
        path: The file.
        activation: What the weights were trained with; the authors' code has QuickGELU.
        named_by_user: The user named the file; else it is in the hub's cache.
        device: ``auto``, ``cpu``, ``cuda``, ...
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        WeightsError: The file cannot be read, or is of another architecture.
    """
    return load_clip(
        FAMILY,
        name,
        path,
        partial(read_dgtrs, path, activation=activation),
        named_by_user=named_by_user,
        device=device,
        precision=precision,
    )


def load_info(
    info: EncoderInfo, weights: str | Path | None, *, device: str, precision: str
) -> ClipEncoder:
    """Load an encoder of this family; see :func:`geosearch.encoders.load_encoder`."""
    file = find_weights(info, weights)
    return load_dgtrs(
        info.name,
        file.path,
        activation=info.activation or ACTIVATION,
        named_by_user=file.named_by_user,
        device=device,
        precision=precision,
    )


def read_dgtrs(
    path: Path, *, activation: str = ACTIVATION
) -> tuple[ClipArchitecture, dict[str, Tensor]]:
    """Return the sizes and the weights of a checkpoint, with one table of text positions.

    Raises:
        WeightsError: The file cannot be read, or is of another architecture.
    """
    state = merge_positions(checkpoint.read_state_dict(path))
    sizes = read_architecture(state, activation=activation)
    if sizes.vocabulary != bpe.VOCABULARY:
        raise WeightsError(
            f"the weights know {sizes.vocabulary} tokens, CLIP's tokenizer {bpe.VOCABULARY}",
            hint=_GET_WEIGHTS,
        )
    return sizes, state


def merge_positions(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights with one table of text positions instead of two.

    Raises:
        WeightsError: A table is missing, or has other than 248 rows.
    """
    merged = {key: value for key, value in state.items() if key not in NOT_WEIGHTS}
    if FIRST not in merged:
        raise WeightsError(f"the weights have no {FIRST!r}", hint=_GET_WEIGHTS)
    rows = len(merged[FIRST]) if merged[FIRST].ndim else 0
    if rows == SHORT:
        raise WeightsError(
            f"{FIRST!r} has {rows} rows: a CLIP for short texts, not stretched to {LONG}",
            hint=_GET_WEIGHTS,
        )
    if SECOND not in merged:
        raise WeightsError(
            f"the weights have no {SECOND!r}, the table of positions {KEPT} to {LONG - 1}",
            hint=_GET_WEIGHTS,
        )
    first, second = merged[FIRST], merged.pop(SECOND)
    if first.ndim != 2 or rows != LONG or first.shape != second.shape:
        raise WeightsError(
            f"{FIRST!r} is {list(first.shape)} and {SECOND!r} {list(second.shape)}; "
            f"both must have {LONG} rows",
            hint=_GET_WEIGHTS,
        )
    merged[FIRST] = torch.cat([first[:KEPT], second[KEPT:]])
    return merged
