"""Texts to SigLIP's tokens: pieces of a unigram model, always padded to the full length.

Lower case, ASCII punctuation deleted ("remote-sensing" is one word), white space collapsed; the
end mark, which is also the padding, fills the rest (Hugging Face transformers, SiglipTokenizer;
the quick tokenizer of its files does not delete punctuation by itself).
"""

import re
import string
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.weights.locating import TOKENIZER_FILES
from geosearch.errors import WeightsError, first_line
from geosearch.regular_file import require_regular

VERSION = "siglip-tokens-1"
"""Part of an encoder's fingerprint: changes when the tokens of any text change."""

_END = 1
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_SPACE = re.compile(r"\s+")


class SiglipTokenizer:
    """The tokenizer of one checkpoint."""

    def __init__(self, path: Path) -> None:
        """Read ``spiece.model`` or ``tokenizer.json``.

        Raises:
            WeightsError: The file cannot be read as that.
        """
        try:
            require_regular(path)
            self._pieces = _quick(path) if path.suffix == ".json" else _sentencepiece(path)
        except Exception as error:  # both libraries raise types of their own
            raise WeightsError(
                f"cannot read the tokenizer {path}: {first_line(error)}",
                hint=f"take {' or '.join(TOKENIZER_FILES)} from the model's repository",
            ) from error

    def token_count(self, word: str) -> int:
        """Return the number of pieces that a word is cut into."""
        return len(self._pieces(canonical(word)))

    def tokenize(self, texts: Sequence[str], length: int) -> NDArray[np.int64]:
        """Return int64 [n, length]; a text that is too long is cut and keeps its end mark."""
        ids = np.full((len(texts), length), _END, np.int64)
        for row, text in zip(ids, texts, strict=True):
            pieces = self._pieces(canonical(text))[: length - 1]
            row[: len(pieces)] = pieces
        return ids


def canonical(text: str) -> str:
    """Return a text as the pieces are cut from it."""
    return _SPACE.sub(" ", text.lower().translate(_NO_PUNCTUATION)).strip()


def _sentencepiece(path: Path) -> Callable[[str], list[int]]:
    from sentencepiece import SentencePieceProcessor

    model = SentencePieceProcessor()
    model.LoadFromSerializedProto(path.read_bytes())
    return lambda text: list(model.EncodeAsIds(text))


def _quick(path: Path) -> Callable[[str], list[int]]:
    from tokenizers import Tokenizer

    model = Tokenizer.from_file(str(path))
    model.no_truncation()
    model.no_padding()
    return lambda text: list(model.encode(text, add_special_tokens=False).ids)
