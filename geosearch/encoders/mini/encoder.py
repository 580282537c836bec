"""`mini` behind the encoders' contract.

Texts are encoded in NumPy. torch, which takes seconds to load, is imported where images are
encoded, or where texts are encoded on a GPU.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.compute.device import (
    FLOAT32,
    dtype_of,
    resolve_device,
    resolve_precision,
)
from geosearch.encoders.images.pixels import check_batch, fit, fit_batch
from geosearch.encoders.mini.array_text_tower import ArrayTextTower
from geosearch.encoders.mini.sizes import DIM, IMAGE_SIZE, TEXT_LENGTH
from geosearch.encoders.mini.tokens import Tokens, token_count, tokenize, vocabulary_bytes
from geosearch.encoders.texts.recent import RecentTexts, RemembersTexts

if TYPE_CHECKING:
    from geosearch.encoders.mini.image_tower import ImageTower
    from geosearch.encoders.mini.text_tower import TextTower

_REVISION = b"mini: fit 128 bicubic centre, (x - 127) / 128, wordpiece uncased 256, int8 text"
"""Whatever else than weights changes a vector; a change makes another fingerprint."""

_IMAGES_AT_ONCE = {"cpu": 24}
"""So few that what one layer hands to the next stays in a CPU's caches."""
_IMAGES_AT_ONCE_ELSEWHERE = 256
_TEXTS_AT_ONCE = 128
_MANY_TEXTS = 2048
"""From so many on it pays to load torch and ask it for a GPU."""


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
        image: "Callable[[], ImageTower]",
        text: Mapping[str, NDArray[Any]],
        *,
        fingerprint: str,
        device: str = "cpu",
        precision: str = "float32",
    ) -> None:
        """Take the towers, in float32.

        Args:
            image: Returns the tower, with its norms, when an image is first encoded; it is copied,
                folded and brought to precision.
            text: The arrays of :class:`ArrayTextTower`. It computes in float32 whatever the
                precision: it is small, and one text is quick.
            fingerprint: Of the weights.
            device: ``auto``, or one that is there.
            precision: ``auto``, ``float32`` or ``bf16``.

        Raises:
            ValueError: An array is missing, unknown, or of another shape or type.
        """
        self.fingerprint = fingerprint
        self._read_image = image
        self._text_arrays = text
        self._text = ArrayTextTower(text)
        self._asked_device = device
        self._asked_precision = precision
        self._recent = RecentTexts(DIM)
        self._lock = Lock()

    @cached_property
    def device(self) -> str:
        """What it computes images on, ``cpu`` or ``cuda``; ``auto`` is decided when first asked."""
        return resolve_device(self._asked_device)

    @cached_property
    def precision(self) -> str:
        """What it computes images in: ``float32`` or ``bf16``."""
        return resolve_precision(self.device, self._asked_precision)

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image, uint8 [h, w, 3], to [128, 128, 3]: shorter side, then the centre."""
        return fit(image, IMAGE_SIZE)

    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed images, uint8 [n, h, w, 3], to float32 [n, 512] of unit length.

        Raises:
            EncoderError: They are not RGB images.
            WeightsError: The weights of the image tower do not fit.
        """
        import torch
        from torch.nn import functional

        chips = fit_batch(chips, IMAGE_SIZE)
        vectors = np.empty((len(chips), DIM), np.float32)
        at_once = _IMAGES_AT_ONCE.get(self.device, _IMAGES_AT_ONCE_ELSEWHERE)
        tower = self._image_tower()
        with torch.inference_mode():
            for start in range(0, len(chips), at_once):
                part = chips[start : start + at_once]
                # torch does not take read-only arrays
                part = np.require(part, requirements=["C", "W"])
                pixels = torch.from_numpy(part).to(self.device)
                # colours first in shape, last in memory: as the convolutions want it, uncopied
                x = pixels.permute(0, 3, 1, 2).float()
                found = functional.normalize(tower(x).float(), dim=-1)
                vectors[start : start + len(part)] = found.cpu().numpy()
        return vectors

    def encode_cells(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what each cell of 32 pixels adds, float32 [n, h / 32, w / 32, 512].

        The projection is linear after the mean over cells: their vectors' mean is the image's.

        Raises:
            EncoderError: They are not RGB images.
            WeightsError: The weights of the image tower do not fit.
        """
        import torch

        check_batch(images)
        tower = self._image_tower()
        with torch.inference_mode():
            x = torch.from_numpy(np.require(images, requirements=["C", "W"])).to(self.device)
            features = tower.feature_map(x.permute(0, 3, 1, 2).float()).permute(0, 2, 3, 1)
            cells = tower.projection(features).float()
            lengths = cells.mean((1, 2)).norm(dim=-1).clamp_min(1e-12)
            found: NDArray[np.float32] = (cells / lengths[:, None, None, None]).cpu().numpy()
        return found

    def token_count(self, word: str) -> int:
        """Return the number of tokens that it cuts a word into."""
        return token_count(word)

    def _encode_new_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), DIM), np.float32)
        tower = self._text_tower(len(texts))
        # texts of like length together: little padding
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = order[start : start + _TEXTS_AT_ONCE]
            vectors[part] = tower(tokenize([texts[i] for i in part]))
        return vectors

    def _text_tower(self, count: int) -> Callable[[Tokens], NDArray[np.float32]]:
        """Return what encodes so many texts: NumPy, or torch where that has a GPU."""
        known = self._asked_device != "auto" or "device" in vars(self)
        if (known or count >= _MANY_TEXTS) and self.device != "cpu":
            return self._encode_on_device
        return lambda tokens: self._text(tokens.ids, tokens.present)

    def _encode_on_device(self, tokens: Tokens) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            ids = torch.from_numpy(tokens.ids).to(self.device)
            present = torch.from_numpy(tokens.present).to(self.device)
            found: NDArray[np.float32] = self._device_text_tower()(ids, present).cpu().numpy()
        return found

    def _image_tower(self) -> "ImageTower":
        with self._lock:  # several threads may ask first
            return self._image

    def _device_text_tower(self) -> "TextTower":
        with self._lock:
            return self._text_on_device

    @cached_property
    def _image(self) -> "ImageTower":
        import torch

        from geosearch.encoders.mini.fused import fuse
        from geosearch.encoders.mini.image_tower import folded, mostly_in

        ready = folded(self._read_image()).to(self.device)
        if self.precision != FLOAT32:
            ready = mostly_in(ready, dtype_of(self.precision))
        if self.device == "cpu":
            ready = fuse(ready)
        del self._read_image  # and the arrays that it holds
        return ready.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    @cached_property
    def _text_on_device(self) -> "TextTower":
        from geosearch.encoders.mini.weights import text_tower

        return text_tower(self._text_arrays).to(self.device)
