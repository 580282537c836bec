"""DGTRS-CLIP: a CLIP of the Long-CLIP kind that reads 248 tokens.

The authors' files hold two tables of text positions: rows 0..19 of the first (CLIP's own, frozen
in training) and rows 20..247 of the second (trained) are in use; the others may hold anything
(MitsuiChen14/DGTRS, model_longclip.py; Long-CLIP issue 41). Merged on loading they make a plain
CLIP text tower.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from geosearch.encoders import bpe, checkpoint, pixels
from geosearch.encoders.architecture import ClipArchitecture, read_architecture
from geosearch.encoders.clip import ClipEncoder
from geosearch.encoders.device import resolve_device, resolve_precision
from geosearch.encoders.fingerprint import fingerprint
from geosearch.errors import WeightsError

FAMILY = "dgtrs-clip"
TEXT_LENGTH = 248
ACTIVATION = "quickgelu"
KEPT_POSITIONS = 20
"""Text positions that come from the first table: the 21st token is the first of the second."""

_FIRST, _SECOND = "positional_embedding", "positional_embedding_res"
_SHORT_TEXT_LENGTH = 77  # of every CLIP that was not stretched
# recorded by OpenAI's archives, dropped by their loader too
_NOT_WEIGHTS = ("input_resolution", "context_length", "vocab_size")
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
        name: What the encoder is asked for by.
        path: The file.
        activation: What the weights were trained with; the authors' code has QuickGELU.
        named_by_user: The file came from ``--weights``, not from the hub's cache.
        device: ``auto``, ``cpu``, ``cuda``, ...
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        WeightsError: The file cannot be read, or is of another architecture.
    """
    device = resolve_device(device)
    precision = resolve_precision(device, precision)
    state = merge_positions(checkpoint.read_state_dict(path))
    sizes = read_architecture(state, activation=activation)
    if sizes.vocabulary != bpe.VOCABULARY:
        raise WeightsError(
            f"the weights know {sizes.vocabulary} tokens, CLIP's tokenizer {bpe.VOCABULARY}",
            hint=_GET_WEIGHTS,
        )
    return ClipEncoder(
        sizes,
        state,
        name=name,
        fingerprint=_fingerprint(checkpoint.file_hash(path), sizes),
        device=device,
        precision=precision,
        weights_path=path if named_by_user else None,
    )


def merge_positions(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights with one table of text positions instead of two.

    Raises:
        WeightsError: A table is missing, or has other than 248 rows.
    """
    merged = {key: value for key, value in state.items() if key not in _NOT_WEIGHTS}
    if _FIRST not in merged:
        raise WeightsError(f"the weights have no {_FIRST!r}", hint=_GET_WEIGHTS)
    rows = len(merged[_FIRST]) if merged[_FIRST].ndim else 0
    if rows == _SHORT_TEXT_LENGTH:
        raise WeightsError(
            f"{_FIRST!r} has {rows} rows: a CLIP for short texts, not stretched to {TEXT_LENGTH}",
            hint=_GET_WEIGHTS,
        )
    if _SECOND not in merged:
        raise WeightsError(
            f"the weights have no {_SECOND!r}, the table of positions {KEPT_POSITIONS} to "
            f"{TEXT_LENGTH - 1}",
            hint=_GET_WEIGHTS,
        )
    first, second = merged[_FIRST], merged.pop(_SECOND)
    if first.ndim != 2 or rows != TEXT_LENGTH or first.shape != second.shape:
        raise WeightsError(
            f"{_FIRST!r} is {list(first.shape)} and {_SECOND!r} {list(second.shape)}; "
            f"both must have {TEXT_LENGTH} rows",
            hint=_GET_WEIGHTS,
        )
    merged[_FIRST] = torch.cat([first[:KEPT_POSITIONS], second[KEPT_POSITIONS:]])
    return merged


def _fingerprint(weights_sha256: str, sizes: ClipArchitecture) -> str:
    facts = {
        "weights": weights_sha256,
        "architecture": asdict(sizes),
        "preprocessing": pixels.VERSION,
        "tokenizer": bpe.VERSION,
    }
    return fingerprint(FAMILY, facts)
