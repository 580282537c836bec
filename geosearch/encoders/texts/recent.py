"""The vectors of recent texts: people ask the same again, with another place or year."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.compute.unit import unit_rows
from geosearch.encoders.texts.required import require_texts

MAX_TEXTS = 1024
"""As many are remembered: 3 megabytes of vectors of 768 dimensions."""

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts, at least one and each once, to float32 [n, dim]."""


class RecentTexts:
    """A bounded memory of text vectors; several threads may ask at once.

    The text that was asked for longest ago is forgotten first.
    """

    def __init__(self, dim: int, max_texts: int = MAX_TEXTS) -> None:
        """Remember nothing yet.

        Args:
            dim: Length of a vector.
            max_texts: Number of texts to remember.
        """
        self._dim = dim
        self._max_texts = max_texts
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def vectors(self, texts: Sequence[str], encode: Encode) -> NDArray[np.float32]:
        """Return float32 [n, dim] in the texts' order, an array of the caller's own.

        Args:
            texts: What to embed; equal ones are encoded once.
            encode: Called with what is not remembered, if anything. Threads that ask for the
                same new text at the same time may each encode it.

        Raises:
            UsageError: One string instead of a list of them, or one is not UTF-8 text.
        """
        require_texts(texts)
        known = self._recall(texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            fresh = dict(zip(new, encode(new), strict=True))
            self._remember(fresh)
            known |= fresh
        found = np.empty((len(texts), self._dim), np.float32)
        for row, text in enumerate(texts):
            found[row] = known[text]
        return found

    def _recall(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
            for text in known:
                self._kept.move_to_end(text)
        return known

    def _remember(self, fresh: dict[str, NDArray[np.float32]]) -> None:
        # copies: a row of an array would keep the whole of it in memory
        last = {text: fresh[text].copy() for text in list(fresh)[-self._max_texts :]}
        with self._lock:
            self._kept |= last
            while len(self._kept) > self._max_texts:
                self._kept.popitem(last=False)


class RemembersTexts:
    """The text half of an encoder: recent texts are not encoded again."""

    _recent: RecentTexts

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts as float32 [n, dim] of unit length; those too long are cut.

        Raises:
            UsageError: One string instead of a list of them, or one is not UTF-8 text.
            WeightsError: The tokenizer gives tokens that the weights do not know.
        """
        return unit_rows(self.encode_texts_raw(texts))

    def encode_texts_raw(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what the text tower gives before it is brought to unit length, float32 [n, dim].

        GeoRSCLIP's authors average such vectors.

        Raises:
            UsageError: One string instead of a list of them, or one is not UTF-8 text.
            WeightsError: The tokenizer gives tokens that the weights do not know.
        """
        return self._recent.vectors(texts, self._encode_new_texts)

    def _encode_new_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what the text tower gives, float32 [n, dim]; at least one text, each once."""
        raise NotImplementedError
