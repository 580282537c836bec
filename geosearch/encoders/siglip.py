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

from geosearch.encoders import checkpoint, pixels
from geosearch.encoders.batches import images_at_once, on_device
from geosearch.encoders.clip import to_numpy, unit
from geosearch.encoders.device import dtype_of, resolve_device, resolve_precision
from geosearch.encoders.fingerprint import fingerprint
from geosearch.encoders.loading import fill
from geosearch.encoders.recent import RecentTexts, RemembersTexts
from geosearch.encoders.siglip_tokens import PIECES, QUICK, VERSION, SiglipTokenizer
from geosearch.encoders.siglip_towers import TextTower, VisionTower, read_sizes
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


class SiglipEncoder(RemembersTexts):
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
            name: What the encoder is asked for by.
            path: The file of weights.
            tokenizer: Its ``spiece.model`` or ``tokenizer.json``.
            named_by_user: The file came from ``--weights``, not from the hub's cache.
            device: ``auto``, ``cpu``, ``cuda``, ...
            precision: ``auto``, ``float32`` or ``bf16``.

        Raises:
            WeightsError: A file cannot be read, or is of another architecture.
        """
        self.name = name
        self.device = resolve_device(device)
        self.precision = resolve_precision(self.device, precision)
        self.weights_path = path if named_by_user else None
        self._dtype = dtype_of(self.precision)
        state = read_state(path)
        self.sizes = read_sizes(state)
        self._tokenizer = SiglipTokenizer(tokenizer)
        self._recent = RecentTexts(self.sizes.width)
        with torch.device("meta"):  # no memory and no time for numbers that are replaced at once
            self._vision, self._text = VisionTower(self.sizes), TextTower(self.sizes)
        fill(
            {VISION: self._vision, TEXT: self._text},
            state,
            scalars=SCALARS,
            device=self.device,
            dtype=self._dtype,
        )
        facts = {
            "weights": checkpoint.file_hash(path),
            "architecture": asdict(self.sizes),
            "preprocessing": PREPROCESSING,
            "tokenizer": [VERSION, checkpoint.file_hash(tokenizer)],
        }
        self.fingerprint = fingerprint(FAMILY, facts)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.sizes.width

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""
        return self.sizes.image_size

    @property
    def text_length(self) -> int:
        """Longest text, tokens."""
        return self.sizes.text_length

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resize both sides: uint8 [h, w, 3] to [size, size, 3]; nothing is cut."""
        return pixels.squeeze(image, self.image_size)

    @torch.inference_mode()
    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed uint8 [n, h, w, 3] as float32 [n, dim] of unit length.

        Raises:
            EncoderError: They are no RGB images.
        """
        pixels.check_batch(chips)
        at_once = images_at_once(
            self.device,
            positions=self.sizes.positions,
            width=self.sizes.width,
            edge_px=max(self.image_size, *chips.shape[1:3]),
        )
        found = [torch.empty(0, self.dim)]
        for part in on_device(chips, at_once, self.device):
            fitted = pixels.fit_there(part, self.image_size, squeezed=True)
            numbers = pixels.normalise(fitted, pixels.SIGLIP_MEAN, pixels.SIGLIP_STD)
            found.append(unit(self._vision(numbers.to(self._dtype))))
        return to_numpy(found)

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


def tokenizer_beside(path: Path) -> Path | None:
    """Return the tokenizer that lies beside a file of weights, if there is one."""
    for name in (PIECES, QUICK):
        if (path.parent / name).is_file():
            return path.parent / name
    return None


def read_state(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint.

    Raises:
        WeightsError: The file cannot be read.
    """
    stored = checkpoint.read_state_dict(path)
    return {key: value for key, value in stored.items() if not key.endswith(_BUFFERS)}
