import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.json_text import ascii_json, json_text
from geosearch.text import shown

SURROGATES = st.characters(categories=["Cs"])
ANY_TEXT = st.text(st.characters(categories=("Cs", "Cc", "Cf", "Zl", "Zp")) | st.characters())
TEXT = st.text()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda some: st.lists(some) | st.dictionaries(ANY_TEXT, some),
)


@given(st.recursive(TEXT, lambda some: st.lists(some) | st.dictionaries(TEXT, some)))
def test_what_is_text_reads_as_it_was(value: Any) -> None:
    assert json.loads(json_text(value)) == value
    assert json.loads(json_text(value, indent=2)) == value


@given(ANYTHING)
def test_any_value_is_one_line_of_utf_8_that_a_terminal_only_shows(value: Any) -> None:
    text = json_text(value)
    json.loads(text.encode())
    assert shown(text) == text


@given(ANY_TEXT, SURROGATES, ANY_TEXT)
def test_what_is_no_text_is_written_as_it_is_shown(before: str, lone: str, after: str) -> None:
    text = f"{before}{lone}{after}"
    assert json.loads(json_text({"scene": text}))["scene"] == shown(text)


@given(ANYTHING, st.sampled_from([None, 2]))
def test_in_ascii_it_says_the_same(value: Any, indent: int | None) -> None:
    text = json_text(value, indent=indent)
    assert ascii_json(text).isascii()
    assert json.loads(ascii_json(text)) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [("é 水 👩", '"é 水 👩"'), ("\x9b2J", r'"\u009b2J"'), ("a\n\x7f", r'"a\n\u007f"')],
)
def test_what_people_write_stays_and_controls_are_escaped(text: str, written: str) -> None:
    assert json_text(text) == written
