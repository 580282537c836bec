"""Sentences of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.vocabulary import sentences
from geosearch.vocabulary.sentences import MAX_SENTENCES


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a river", ("a river",)),
        ("A river bends. Fields lie beside it.", ("A river bends.", "Fields lie beside it.")),
        ("At 0.5 m, a car park", ("At 0.5 m, a car park",)),
        ("Two ships! One at a pier?\nA crane", ("Two ships!", "One at a pier?", "A crane")),
        ("", ("",)),
    ],
)
def test_they_end_where_a_reader_sees_an_end(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


@given(st.text(max_size=400))
def test_no_word_is_lost(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


def test_a_long_text_has_so_many_and_not_more() -> None:
    text = "a b. " * 1000
    read = sentences(text)
    assert len(read) == MAX_SENTENCES
    assert " ".join(read).split() == text.split()
