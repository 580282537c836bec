import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.text import decoded, is_readable, readable, shown

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


# a NUL at the start of UTF-16 cannot be told from the mark of UTF-32
@given(
    st.text().filter(lambda text: text[:1] != "\0"),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_documents_with_a_mark_are_read_without_it(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding), "a.txt") == text


@given(st.text().filter(lambda text: not text.startswith("\ufeff")))
def test_documents_without_a_mark_are_utf_8(text: str) -> None:
    assert decoded(text.encode(), "a.txt") == text


@given(st.binary())
def test_bytes_are_text_or_are_refused_by_name(data: bytes) -> None:
    try:
        assert isinstance(decoded(data, "a.txt"), str)
    except UsageError as error:
        told = error.message
        assert told.startswith("a.txt is not UTF-")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_the_line_of_a_byte_that_is_not_text_is_told(end: bytes) -> None:
    with pytest.raises(UsageError, match="line 3 has the byte 0xe8"):
        decoded(end.join([b"a", b"", b"sc\xe8ne"]), "a.txt")


def test_half_a_character_of_utf_16_is_refused() -> None:
    with pytest.raises(UsageError, match="not UTF-16 text"):
        decoded("a".encode("utf-16") + b"x", "a.txt")
