"""`mini` behind the encoders' contract."""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from geosearch.encoders.compute.device import FLOAT32, dtype_of
from geosearch.encoders.images.pixels import check_batch, fit, fit_batch
from geosearch.encoders.mini.fused import fuse
from geosearch.encoders.mini.image_tower import DIM, IMAGE_SIZE, ImageTower, folded, mostly_in
from geosearch.encoders.mini.text_tower import TEXT_LENGTH, TextTower
from geosearch.encoders.mini.tokens import token_count, tokenize, vocabulary_bytes
from geosearch.encoders.texts.recent import RecentTexts, RemembersTexts

_REVISION = b"mini: fit 128 bicubic centre, (x - 127) / 128, wordpiece uncased 256, int8 text"
"""Whatever else than weights changes a vector; a change makes another fingerprint."""

_IMAGES_AT_ONCE = {"cpu": 24}
"""So few that what one layer hands to the next stays in a CPU's caches."""
_IMAGES_AT_ONCE_ELSEWHERE = 256
_TEXTS_AT_ONCE = 128


def fingerprint_of(weights: bytes) -> str:
    """Return ``mini-`` and 16 hex digits of a hash of the weights, the words and the geometry."""
    digest = hashlib.sha256(_REVISION)
    digest.update(hashlib.sha256(vocabulary_bytes()).digest())
    digest.update(weights)
    return f"mini-{digest.hexdigest()[:16]}"


class MiniEncoder(RemembersTexts):
    """The bundled encoder: an image tower and a text tower that share 512 dimensions."""

    name = "mini"
    dim = DIM
    image_size = IMAGE_SIZE
    text_length = TEXT_LENGTH

    def __init__(
        self,
        image: ImageTower,
        text: TextTower,
        *,
        fingerprint: str,
        device: str = "cpu",
        precision: str = "float32",
    ) -> None:
        """Take towers in float32; the image tower is copied, folded and brought to precision.

        Args:
            image: With its norms.
            text: Computes in float32 whatever the precision: it is small, and one text is quick.
            fingerprint: Of the weights.
            device: Resolved, as ``cpu`` or ``cuda``.
            precision: Resolved: ``float32`` or ``bf16``.
        """
        self.fingerprint = fingerprint
        self.device = device
        self.precision = precision
        ready = folded(image).to(device)
        if precision != FLOAT32:
            ready = mostly_in(ready, dtype_of(precision))
        if device == "cpu":
            ready = fuse(ready)
        self._image = ready.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._text = text.to(device).eval()
        self._recent = RecentTexts(DIM)

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image, uint8 [h, w, 3], to [128, 128, 3]: shorter side, then the centre."""
        return fit(image, IMAGE_SIZE)

    @torch.inference_mode()
    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed images, uint8 [n, h, w, 3], to float32 [n, 512] of unit length."""
        chips = fit_batch(chips, IMAGE_SIZE)
        vectors = np.empty((len(chips), DIM), np.float32)
        at_once = _IMAGES_AT_ONCE.get(self.device, _IMAGES_AT_ONCE_ELSEWHERE)
        for start in range(0, len(chips), at_once):
            part = chips[start : start + at_once]
            # torch does not take read-only arrays
            part = np.require(part, requirements=["C", "W"])
            pixels = torch.from_numpy(part).to(self.device)
            # colours first in shape, last in memory: as the convolutions want it, without a copy
            x = pixels.permute(0, 3, 1, 2).float()
            found = functional.normalize(self._image(x).float(), dim=-1)
            vectors[start : start + len(part)] = found.cpu().numpy()
        return vectors

    @torch.inference_mode()
    def encode_cells(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what each cell of 32 pixels adds, float32 [n, h / 32, w / 32, 512].

        The projection is linear after the mean over cells: their vectors' mean is the image's.

        Raises:
            EncoderError: They are not RGB images.
        """
        check_batch(images)
        x = torch.from_numpy(np.require(images, requirements=["C", "W"])).to(self.device)
        features = self._image.feature_map(x.permute(0, 3, 1, 2).float()).permute(0, 2, 3, 1)
        cells = self._image.projection(features).float()
        lengths = cells.mean((1, 2)).norm(dim=-1).clamp_min(1e-12)
        return (cells / lengths[:, None, None, None]).cpu().numpy()  # type: ignore[no-any-return]

    def token_count(self, word: str) -> int:
        """Return the number of tokens that it cuts a word into."""
        return token_count(word)

    @torch.inference_mode()
    def _encode_new_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), DIM), np.float32)
        # texts of like length together: little padding
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = order[start : start + _TEXTS_AT_ONCE]
            tokens = tokenize([texts[i] for i in part])
            ids = torch.from_numpy(tokens.ids).to(self.device)
            present = torch.from_numpy(tokens.present).to(self.device)
            vectors[part] = self._text(ids, present).cpu().numpy()
        return vectors
