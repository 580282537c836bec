import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.text import is_readable, readable, shown

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # with surrogates and controls


@given(ANY_TEXT)
def test_what_is_shown_is_one_line_of_utf_8_without_controls(text: str) -> None:
    line = shown(text)
    line.encode()
    assert len(line.splitlines()) <= 1
    assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in line)


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (os.fsdecode(b"sc\xe8ne.tif"), r"sc\xe8ne.tif"),
        ("a \ud83d lake", r"a \ud83d lake"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("gpj.\u202efit", r"gpj.\u202efit"),
        ("error: fake\nhint: no", r"error: fake\x0ahint: no"),
        ("👩‍🌾 क्‍ष", "👩‍🌾 क्‍ष"),
    ],
)
def test_it_is_escaped_as_python_would_write_it(text: str, line: str) -> None:
    assert shown(text) == line


def test_lines_can_be_kept() -> None:
    assert shown("one\n\ttwo\x1b", lines=True) == "one\n\ttwo\\x1b"


@given(ANY_TEXT)
def test_a_text_is_readable_if_it_can_be_written(text: str) -> None:
    surrogate = any(0xD800 <= ord(one) <= 0xDFFF for one in text)
    assert is_readable(text) == (not surrogate)


def test_what_is_no_text_is_refused_and_shown() -> None:
    with pytest.raises(UsageError, match=r"the query is not UTF-8 text: a \\ud83d lake"):
        readable("a \ud83d lake", "the query")
