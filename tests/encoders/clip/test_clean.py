"""Texts are cleaned as OpenAI's code does it."""

import pytest

from geosearch.encoders.clip.clean import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  A\tRiver \n\n bend ", "a river bend"),
        ("fields &amp;amp; roads", "fields & roads"),
        ("sch\u00c3\u00b6n", "schön"),
        ("\u201cdon\u2019t\u201d", '"don\'t"'),
        ("&lt;b&gt;", "<b>"),
        ("a\u00a0b\u3000c", "a b c"),
        ("ÉTAGE", "étage"),
    ],
)
def test_a_text_is_repaired_unescaped_collapsed_and_lowered(text: str, expected: str) -> None:
    assert clean(text) == expected
