"""SigLIP behind the contract, as Git-RSCLIP's checkpoints hold it.

Its scores are ``sigmoid(scale * cosine + bias)``, which rises with the cosine: ranking needs the
cosine only.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geosearch.encoders.compute.device import resolve_device, resolve_precision
from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.images import pixels
from geosearch.encoders.siglip.tokens import VERSION, SiglipTokenizer
from geosearch.encoders.siglip.towers import TextTower, VisionTower, read_sizes
from geosearch.encoders.two_towers import TwoTowers
from geosearch.encoders.weights import checkpoint, files
from geosearch.encoders.weights.fingerprint import fingerprint
from geosearch.encoders.weights.loading import fill
from geosearch.encoders.weights.locating import find_tokenizer, find_weights
from geosearch.errors import WeightsError

FAMILY = "siglip"
PREPROCESSING = "siglip-pixels-1"

TEXT, VISION = "text_model.", "vision_model."
"""Prefixes of the towers' keys."""
SCALARS = {"logit_scale": (1,), "logit_bias": (1,)}
"""Keys of the loss, with their shapes."""
_BUFFERS = "position_ids"  # of files that old versions of transformers wrote
_TEXTS_AT_ONCE = {"cpu": 32}
_TEXTS_AT_ONCE_ELSEWHERE = 512


class SiglipEncoder(TwoTowers):
    """Both towers with their weights, on one device in one precision."""

    def __init__(
        self,
        name: str,
        path: Path,
        tokenizer: Path,
        *,
        named_by_user: bool = False,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        """Load a checkpoint in Hugging Face's layout.

        Args:
            name: The encoder's name.
            path: The file of weights.
            tokenizer: Its ``spiece.model`` or ``tokenizer.json``.
            named_by_user: The user named the file; else it is in the hub's cache.
            device: ``auto``, ``cpu``, ``cuda``, ...
            precision: ``auto``, ``float32`` or ``bf16``.

        Raises:
            WeightsError: A file cannot be read, or is of another architecture.
        """
        device = resolve_device(device)
        precision = resolve_precision(device, precision)
        state = read_state(path)
        sizes = read_sizes(state)
        facts = {
            "weights": files.file_hash(path),
            "architecture": asdict(sizes),
            "preprocessing": PREPROCESSING,
            "tokenizer": [VERSION, files.file_hash(tokenizer)],
        }
        super().__init__(
            sizes,
            name=name,
            fingerprint=fingerprint(FAMILY, facts),
            device=device,
            precision=precision,
            weights_path=path if named_by_user else None,
        )
        self.sizes = sizes
        self._tokenizer = SiglipTokenizer(tokenizer)
        with torch.device("meta"):  # no memory and no time for numbers that are replaced at once
            self._vision, self._text = VisionTower(sizes), TextTower(sizes)
        fill(
            {VISION: self._vision, TEXT: self._text},
            state,
            scalars=SCALARS,
            device=device,
            dtype=self._dtype,
        )

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resize both sides: uint8 [h, w, 3] to [size, size, 3]; nothing is cut."""
        return pixels.squeeze(image, self.image_size)

    def token_count(self, word: str) -> int:
        """Return the number of tokens that it cuts a word into."""
        return self._tokenizer.token_count(word)

    def _preprocessed(self, chips: Tensor) -> Tensor:
        fitted = pixels.fit_there(chips, self.image_size, squeezed=True)
        return pixels.normalise(fitted, pixels.SIGLIP_MEAN, pixels.SIGLIP_STD)

    @torch.inference_mode()
    def _encode_new_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        ids = torch.from_numpy(self._tokenizer.tokenize(texts, self.text_length))
        if len(ids) and int(ids.max()) >= self.sizes.vocabulary:
            raise WeightsError(
                f"the tokenizer gives token {int(ids.max())}, the weights know "
                f"{self.sizes.vocabulary}",
                hint="take the tokenizer from the repository of the weights",
            )
        vectors = np.empty((len(ids), self.dim), np.float32)
        step = _TEXTS_AT_ONCE.get(self.device, _TEXTS_AT_ONCE_ELSEWHERE)
        for start in range(0, len(ids), step):
            part = ids[start : start + step].to(self.device)
            vectors[start : start + step] = self._text(part).float().cpu().numpy()
        return vectors


def load_info(
    info: EncoderInfo, weights: str | Path | None, *, device: str, precision: str
) -> SiglipEncoder:
    """Load an encoder of this family; see :func:`geosearch.encoders.load_encoder`."""
    file = find_weights(info, weights)
    return SiglipEncoder(
        info.name,
        file.path,
        find_tokenizer(info, file.path),
        named_by_user=file.named_by_user,
        device=device,
        precision=precision,
    )


def read_state(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint.

    Raises:
        WeightsError: The file cannot be read.
    """
    stored = checkpoint.read_state_dict(path)
    return {key: value for key, value in stored.items() if not key.endswith(_BUFFERS)}
