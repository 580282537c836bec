"""Each condition is declared once, for all functions that choose chips."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.small_index import build, unit

import geosearch
from geosearch.errors import UsageError

CHOOSING = [
    (geosearch.Index.search, geosearch.Asking),
    (geosearch.Index.history, geosearch.Conditions),
    (geosearch.remove, geosearch.Conditions),
    (geosearch.export_vectors, geosearch.Conditions),
]
NAMES = tuple(geosearch.Conditions.__annotations__)
ASKED = tuple(geosearch.Asking.__annotations__)

by_function = pytest.mark.parametrize(
    ("function", "keywords"), CHOOSING, ids=["search", "history", "remove", "export_vectors"]
)


@by_function
def test_type_checkers_see_every_condition_as_a_keyword(
    function: Callable[..., Any], keywords: type
) -> None:
    *_, last = inspect.signature(function).parameters.values()
    assert last.kind is inspect.Parameter.VAR_KEYWORD
    assert last.annotation == f"Unpack[{keywords.__name__}]"


@pytest.mark.parametrize("name", ASKED)
def test_each_keyword_is_described(name: str) -> None:
    described = geosearch.Conditions if name in NAMES else geosearch.Asking
    lines = (inspect.getdoc(described) or "").splitlines()
    assert any(line.strip().startswith(f"{name}: ") for line in lines)


@by_function
def test_help_leads_to_the_description(function: Callable[..., Any], keywords: type) -> None:
    words = " ".join((inspect.getdoc(function) or "").split())
    assert f"`geosearch.{keywords.__name__}` describes each keyword" in words


@pytest.mark.parametrize(
    "choose",
    [
        lambda index, **asked: geosearch.open(index).search(unit(1), **asked),
        lambda index, **asked: geosearch.remove(index, **asked),
        lambda index, **asked: geosearch.export_vectors(index / "chips.parquet", index, **asked),
    ],
    ids=["search", "remove", "export_vectors"],
)
def test_a_condition_that_there_is_not_is_refused_with_its_like(
    tmp_path: Path, choose: Callable[..., Any]
) -> None:
    build(tmp_path / "index")
    with pytest.raises(UsageError, match="unknown condition max_clod") as caught:
        choose(tmp_path / "index", max_clod=0.2)
    assert isinstance(caught.value, TypeError)  # what Python says of any other keyword
    assert "max_cloud" in caught.value.hint


def test_none_asks_for_nothing(tmp_path: Path) -> None:
    build(tmp_path / "index")
    index = geosearch.open(tmp_path / "index")
    nothing: dict[str, Any] = dict.fromkeys(NAMES)
    assert len(index.search(unit(1), k=500, **nothing)) == 500
    with pytest.raises(UsageError, match="refusing to remove everything"):
        geosearch.remove(tmp_path / "index", **nothing)


def test_naming_what_may_be_asked_imports_no_heavy_library() -> None:
    script = (
        "import sys, geosearch; geosearch.Conditions, geosearch.Index, geosearch.remove;"
        "print([name for name in ('numpy', 'shapely', 'faiss') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
