"""Texts to WordPiece tokens, as BERT's uncased models read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.mini.sizes import TEXT_LENGTH

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VOCABULARY_FILE = "mini-vocabulary.txt"
"""One word piece per line; the line's number is the token."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A batch of texts, padded to its longest."""

    ids: NDArray[np.int64]
    """int64 [n, t]."""
    present: NDArray[np.bool_]
    """bool [n, t], false for padding."""


def vocabulary_bytes() -> bytes:
    """Return the vocabulary file that ships with the package."""
    return resources.files("geosearch.encoders").joinpath("data", VOCABULARY_FILE).read_bytes()


@cache
def tokenizer() -> "Tokenizer":
    """Return the tokenizer: lower case, no accents, [CLS] text [SEP], cut to 256 tokens."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    lines = vocabulary_bytes().decode().splitlines()
    words = {word: token for token, word in enumerate(lines)}
    result = Tokenizer(models.WordPiece(words, unk_token="[UNK]", max_input_chars_per_word=100))
    result.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True
    )
    result.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    result.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(mark, words[mark]) for mark in ("[CLS]", "[SEP]")],
    )
    result.enable_truncation(TEXT_LENGTH)  # counts the marks: the end mark stays
    result.enable_padding(pad_id=words["[PAD]"], pad_token="[PAD]")
    return result


def tokenize(texts: Sequence[str]) -> Tokens:
    """Cut texts into tokens, padded to the longest of them."""
    encodings = tokenizer().encode_batch(list(texts))
    return Tokens(
        np.asarray([encoding.ids for encoding in encodings], dtype=np.int64),
        np.asarray([encoding.attention_mask for encoding in encodings], dtype=np.bool_),
    )


def token_count(word: str) -> int:
    """Return the number of word pieces that a word is cut into."""
    return len(tokenizer().encode(word, add_special_tokens=False).ids)
