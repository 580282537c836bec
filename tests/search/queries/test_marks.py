"""Marks are read strictly, whoever wrote them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.search.queries.marks import Marks, read_marks

IDS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), max_size=8)


@given(right=IDS, wrong=IDS)
def test_a_chip_is_marked_once_or_refused_by_name(right: list[str], wrong: list[str]) -> None:
    both = set(right) & set(wrong)
    if both:
        with pytest.raises(UsageError, match="marked as right and as wrong"):
            Marks(tuple(right), tuple(wrong))
    else:
        marks = Marks(tuple(right), tuple(wrong))
        assert (set(marks.right), set(marks.wrong)) == (set(right), set(wrong))
        assert marks.ids == {*right, *wrong}


def test_marks_are_read_as_they_were_saved(tmp_path: Path) -> None:
    marks = Marks(("a@0,0,1x1", "b"), ("c\u2028",))
    marks.save(tmp_path / "marks.json")
    assert read_marks(tmp_path / "marks.json") == marks
    assert read_marks(str(tmp_path / "marks.json")) == marks
    assert read_marks(json.loads((tmp_path / "marks.json").read_text())) == marks


def test_marks_add_up() -> None:
    assert Marks(("a",), ("b",)).with_more(["c", "a"], ["d"]) == Marks(("a", "c"), ("b", "d"))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ([], "is not an object"),
        ({"rigth": []}, "rigth"),
        ({"right": "abc"}, "not a list of ids"),
        ({"right": 5}, "not a list of ids"),
        ({"right": [5]}, "not the id of a chip"),
        ({"right": [" "]}, "not the id of a chip"),
        ({"right": ["\ud800"]}, "not the id of a chip"),
        ({"right": ["x" * 9000]}, "letters"),
        ({"right": [str(one) for one in range(100_002)]}, "more than"),
        ({"right": ["a"], "wrong": ["a", "b"]}, '"a" is marked as right and as wrong'),
    ],
)
def test_what_is_no_marks_is_refused_in_one_line(given: Any, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_marks(given)
    assert word in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000, "\xff"])
def test_a_file_that_holds_none_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "marks.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=r"marks\.json"):
        read_marks(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read marks"):
        read_marks(tmp_path / "marks.json")
