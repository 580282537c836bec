"""CLIP's byte pair encoding: texts to token ids, as the reference's ``simple_tokenizer.py``.

The merging is done by the ``tokenizers`` library; this module says which table, how words are
split, and how a text is framed by its marks.

One difference is left: ``tokenizers`` knows the letters of Unicode 14. A text in a script that
was added to Unicode later is split differently than with a newer ``regex`` module, on which the
reference's own ids depend too.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from geosearch.encoders.clip.clean import clean

VOCABULARY = 49408
START_ID = 49406
END_ID = 49407
VERSION = "clip-bpe-1"
"""Part of an encoder's fingerprint: changes when the ids of any text change."""

_MERGES_FILE = "bpe_simple_vocab_16e6.txt.gz"
_MERGES = VOCABULARY - 2 * 256 - 2
_MARKS = {"<|startoftext|>": START_ID, "<|endoftext|>": END_ID}
_MARK = re.compile("|".join(re.escape(mark) for mark in _MARKS))
# The reference ignores the case of text that is lower-case already, which leaves one letter that
# also counts as an s: the long s.
_WORDS = (
    r"<\|[sſ]tartoftext\|>|<\|endoftext\|>"
    r"|'[sſ]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"
)


class ClipTokenizer:
    """Texts to ids; building one takes about a tenth of a second."""

    def __init__(self) -> None:
        self._tokenizer = _build()

    def encode(self, text: str) -> list[int]:
        """Return a text's ids, without the marks that frame it."""
        ids: list[int] = []
        for piece in _split_at_marks(clean(text)):
            if piece in _MARKS:
                ids.append(_MARKS[piece])
            else:
                ids += self._tokenizer.encode(piece, add_special_tokens=False).ids
        return ids

    def frame(self, text: str, context_length: int) -> list[int]:
        """Return a text's ids between start and end mark, at most ``context_length``.

        A longer text loses its last tokens and keeps its end mark.
        """
        ids = [START_ID, *self.encode(text), END_ID]
        if len(ids) > context_length:
            ids = [*ids[: context_length - 1], END_ID]
        return ids

    def batch(self, texts: Sequence[str], context_length: int) -> NDArray[np.int64]:
        """Return ids of texts as one array, cut at the longest of them and padded with 0.

        Cutting is exact in a causal tower that is read at the end mark, and makes a query of 12
        tokens cost 12 positions. 0 is also the id of an inner ``!``: a text's end is where its
        largest id is first met, never where the zeros begin.

        Returns:
            int64 [n, longest], longest at most ``context_length``.
        """
        framed = [self.frame(text, context_length) for text in texts]
        ids = np.zeros((len(framed), max(map(len, framed), default=0)), np.int64)
        for row, one in zip(ids, framed, strict=True):
            row[: len(one)] = one
        return ids


def _split_at_marks(text: str) -> Iterator[str]:
    """Yield the pieces of a clean text between literal marks, and the marks themselves.

    The reference finds a mark only where a word can begin: in ``a<|endoftext|>`` it is one, in
    ``!<|endoftext|>`` the run of punctuation swallows its head.
    """
    begin = 0
    for match in _MARK.finditer(text):
        before = text[match.start() - 1] if match.start() else " "
        if match.start() > begin and before != " " and unicodedata.category(before)[0] not in "LN":
            continue
        if match.start() > begin:
            yield text[begin : match.start()]
        yield match.group()
        begin = match.end()
    if begin < len(text):
        yield text[begin:]


def _build() -> Tokenizer:
    packed = files("geosearch.encoders").joinpath("data", _MERGES_FILE).read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").split("\n")[1 : 1 + _MERGES]
    merges = [(left, right) for left, _, right in (line.partition(" ") for line in lines)]
    symbols = _byte_symbols()
    words = [*symbols, *(f"{symbol}</w>" for symbol in symbols)]
    words += [left + right for left, right in merges]
    words += _MARKS
    vocabulary = {word: i for i, word in enumerate(words)}
    model = models.BPE(vocabulary, merges, end_of_word_suffix="</w>")
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return tokenizer


def _byte_symbols() -> list[str]:
    """Return the printable character of each byte, in the order of the vocabulary's first ids.

    Printable Latin-1 stands for itself and comes first; the other bytes follow in their order,
    as the characters from U+0100 on (GPT-2's ``bytes_to_unicode``).
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1)]
    printable += range(ord("®"), ord("ÿ") + 1)
    others = len(set(range(256)) - set(printable))
    return [chr(code) for code in printable] + [chr(256 + i) for i in range(others)]
