"""The door of the public API: each wrong type is one error in our words, never one of Python's."""

import inspect
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import geosearch
from geosearch.arguments import checked, fits
from geosearch.errors import GeosearchError, UsageError
from geosearch.paths import PathLike

FUNCTIONS = [name for name in geosearch.__all__ if inspect.isfunction(getattr(geosearch, name))]
WRONG: list[Any] = [3, 2.5, None, {}, object(), "", "a\0b", b"bytes"]


class Folder:
    """A path of someone else's."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __fspath__(self) -> str:
        return self._path


def required(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("value", WRONG, ids=lambda value: type(value).__name__)
def test_a_wrong_first_argument_is_one_error_of_ours(
    name: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    function = getattr(geosearch, name)
    values = {one: value for one in required(function)} or {
        next(iter(inspect.signature(function).parameters)): value
    }
    with pytest.raises(GeosearchError) as caught:
        function(**values)
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_keyword_is_one_error_of_ours(name: str, tmp_path: Path) -> None:
    function = getattr(geosearch, name)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY:
            values = {one: str(tmp_path) for one in required(function)}
            with pytest.raises(UsageError):
                function(**values, **{parameter.name: object()})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_takes_a_path_takes_every_kind_of_path(name: str) -> None:
    parameters = inspect.signature(getattr(geosearch, name)).parameters.values()
    narrow = re.compile(r"\bPath\b|pathlib")
    assert [one.name for one in parameters if narrow.search(str(one.annotation))] == []


def test_a_text_and_a_path_of_any_kind_draw_the_demo(tmp_path: Path) -> None:
    for place in (str(tmp_path / "a"), tmp_path / "b", Folder(tmp_path / "c")):
        assert Path(geosearch.write_demo(place).truth).is_file()


@pytest.mark.parametrize(
    ("value", "kind", "does"),
    [
        (3, int, True),
        (np.int64(3), int, True),
        (True, int, False),
        (3, float, True),
        (np.float32(3), float, True),
        ("3", float, False),
        ("text", Sequence[str], False),
        (["text"], Sequence[str], True),
        (["text", 3], Sequence[str], False),
        ("x", PathLike, True),
        ("", PathLike, False),
        (Path("x"), str | os.PathLike[str] | None, True),
        (None, str | None, True),
        ("flat", Literal["flat", "ivfpq"], True),
        ("x", Literal["flat", "ivfpq"], False),
        (len, Callable[[str], int], True),
        (3, Any, True),
    ],
)
def test_a_value_fits_an_annotation(value: Any, kind: Any, does: bool) -> None:
    assert fits(value, kind) is does


def test_the_error_names_the_parameter_the_value_and_what_to_give() -> None:
    @checked
    def opened(place: PathLike | None, k: int = 1) -> None:
        """Take both."""

    with pytest.raises(UsageError, match="`place` is 3") as caught:
        opened(3)  # type: ignore[arg-type]
    assert (caught.value.hint, caught.value.parameter) == ("give a path or None", "place")
    with pytest.raises(TypeError, match="missing 1 required"):
        opened()  # type: ignore[call-arg]
