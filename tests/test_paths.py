"""One path is one path."""

from pathlib import Path

import pytest

from geosearch.errors import UsageError
from geosearch.paths import path_list


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ("scenes/", ["scenes/"]),
        ("https://example.org//x.tif", ["https://example.org//x.tif"]),
        (b"sc\xe8ne.tif", ["sc\udce8ne.tif"]),
        (Path("scenes"), [Path("scenes")]),
        (["a", Path("b")], ["a", Path("b")]),
        ((one for one in ("a", "b")), ["a", "b"]),
        ([], []),
    ],
)
def test_one_path_or_several_are_a_list(given: object, listed: list[str | Path]) -> None:
    assert path_list(given) == listed  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [3, None, [3], ["a", None], "", "a\0b", [["a"]]])
def test_what_is_not_a_path_is_refused(given: object) -> None:
    with pytest.raises(UsageError, match="is not a path"):
        path_list(given)  # type: ignore[arg-type]
