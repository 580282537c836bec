"""Token ids are the reference's."""

import gzip
import hashlib
import importlib.util
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.encoders.clip.bpe import ClipTokenizer

# made with open_clip 3.3.0's tokenizer, which is OpenAI's
GOLDEN = {
    "a tennis court between two white buildings": "320 5298 2908 1957 1237 1579 8866",
    "Harbour with 25 boats, 3 piers & a light-house!": (
        "10011 593 273 276 10080 267 274 29030 261 320 1395 268 1212 256"
    ),
    "It's the city's largest airport; they've 2 runways": (
        "585 568 518 1305 568 4960 3259 282 889 1200 273 1639 1248"
    ),
    "  many\twhite \n spaces  ": "1346 1579 9006",
    "an image of 1234567 trees": "550 2867 539 272 273 274 275 276 277 278 4682",
    "café schönes straße étage": "15304 844 7255 4980 1894 127 253 324 3459 2669",
    "河流与桥梁": "162 110 111 162 113 223 19759 236 162 94 98 162 95 479",
    "река в горах": "16370 22176 27152 27080 140 366 140 111 13506 16370 16912 141 483",
    "&lt;b&gt;roads&lt;/b&gt; &amp;amp; fields": "283 321 285 6189 34308 321 285 261 6494",
    "schÃ¶n 10 × 10 m² — “quoted”": (
        "844 7255 333 272 271 16165 272 271 332 41175 2005 257 27706 257"
    ),
    "🛩️ over ☕": "11306 102 1001 962 26561",
    "!!! ??? ...": "995 3824 678",
    "supercalifragilisticexpialidocious wastewaterplant": (
        "1642 2857 13093 2076 5868 26850 835 639 38466 18157 2505 3912"
    ),
}


@pytest.fixture(scope="module")
def tokenizer() -> ClipTokenizer:
    return ClipTokenizer()


@pytest.fixture(scope="module")
def theirs() -> ModuleType:
    """The tokenizer of open_clip by its file: the package itself would want torchvision."""
    package = importlib.util.find_spec("open_clip")
    if package is None or package.origin is None:
        pytest.skip("open_clip_torch is not installed; it holds the reference's tokenizer")
    path = Path(package.origin).with_name("tokenizer.py")
    spec = importlib.util.spec_from_file_location("open_clip_tokenizer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("text", GOLDEN)
def test_sentences_have_the_ids_of_the_reference(text: str, tokenizer: ClipTokenizer) -> None:
    assert " ".join(map(str, tokenizer.encode(text))) == GOLDEN[text]


TRICKY = [
    *("it's", "we'LL", "'ſ", "'re", "12½", " ", "\u00a0", "&amp;lt;", "ﬁeld", "<|", "|>", "İ"),
    *("ß", "e\u0301", "☕", "don’t", "…", "a", "Harbour", "!", "\x85", "\u200b", "河", "'", "s"),
]


@settings(max_examples=400, deadline=None)
@given(
    # Cn: letters of a newer Unicode than one of the two knows
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=40)
    | st.lists(st.sampled_from(TRICKY), max_size=12).map("".join)
)
def test_any_text_has_the_ids_of_the_reference(
    tokenizer: ClipTokenizer, theirs: ModuleType, text: str
) -> None:
    assert tokenizer.encode(text) == theirs._tokenizer.encode(text)


MARKS = ("<|startoftext|>", "<|endoftext|>")


@pytest.fixture(scope="module")
def theirs_with_marks(theirs: ModuleType) -> Any:
    """open_clip spells the marks otherwise; as additional tokens it takes OpenAI's own."""
    # it joins them into a pattern without escaping them
    escaped = [mark.replace("|", r"\|") for mark in MARKS]
    reference = theirs.SimpleTokenizer(additional_special_tokens=escaped)
    reference.cache |= {mark: mark for mark in MARKS}
    reference.encoder |= dict(zip(MARKS, (49406, 49407), strict=True))
    return reference


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*MARKS, "a", "1", "!", " ", "<|", "'s", "é"])).map("".join))
def test_literal_marks_are_found_where_the_reference_finds_them(
    tokenizer: ClipTokenizer, theirs_with_marks: Any, text: str
) -> None:
    assert tokenizer.encode(text) == theirs_with_marks.encode(text)


def test_a_text_is_framed_by_its_marks(tokenizer: ClipTokenizer) -> None:
    assert tokenizer.frame("", 248) == [49406, 49407]
    assert tokenizer.frame("a", 248) == [49406, 320, 49407]


@pytest.mark.parametrize(("words", "length"), [(245, 247), (246, 248), (247, 248), (400, 248)])
def test_a_long_text_is_cut_and_keeps_its_end(
    words: int, length: int, tokenizer: ClipTokenizer
) -> None:
    framed = tokenizer.frame("tree " * words, 248)
    assert len(framed) == length
    assert framed[0] == 49406
    assert framed[-1] == 49407
    assert 49407 not in framed[:-1]


def test_a_batch_is_as_long_as_its_longest_text(tokenizer: ClipTokenizer) -> None:
    ids = tokenizer.batch(["a", "", "a a a"], 248)
    assert ids.dtype == np.int64
    assert ids.tolist() == [
        [49406, 320, 49407, 0, 0],
        [49406, 49407, 0, 0, 0],
        [49406, 320, 320, 320, 49407],
    ]
    assert tokenizer.batch([], 248).shape == (0, 0)


def test_the_merges_are_the_published_file() -> None:
    packed = files("geosearch.encoders").joinpath("data/bpe_simple_vocab_16e6.txt.gz").read_bytes()
    assert hashlib.sha256(packed).hexdigest() == (
        "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"
    )
    assert gzip.decompress(packed).startswith(b'"bpe_simple_vocab_16e6.txt#version')


def test_a_tokenizer_needs_no_torch() -> None:
    script = (
        "import sys; from geosearch.encoders.clip.bpe import ClipTokenizer;"
        "ClipTokenizer(); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
