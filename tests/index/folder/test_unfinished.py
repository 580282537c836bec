"""Whether a run over an archive has come to its end."""

from typing import Any

import pytest

from geosearch.index.folder.unfinished import Unfinished, parse_unfinished


def test_it_says_how_much_is_there() -> None:
    assert str(parse_unfinished({"done": 6, "scenes": 4400})) == "unfinished, 6 of 4,400 scenes"
    assert parse_unfinished(None) is None


@pytest.mark.parametrize(
    "value",
    [
        {"done": 6}, {"done": 50, "scenes": 44}, {"done": -1, "scenes": 44}, [6, 44], 6, "6",
        {"done": 1.0, "scenes": 2}, {"done": True, "scenes": 2}, {"done": 1, "scenes": 2, "x": 3},
    ],
)  # fmt: skip
def test_what_cannot_be_is_damage(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        parse_unfinished(value)


def test_a_count_is_kept() -> None:
    assert parse_unfinished({"done": 0, "scenes": 0}) == Unfinished(0, 0)
