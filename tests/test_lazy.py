"""Names that are found when they are asked for."""

import json.decoder
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from geosearch.lazy import lazy_names

PACKAGE = "package_of_lazy_names"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").touch()
    (tmp_path / PACKAGE / "home.py").write_text("from json import JSONDecoder\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__(PACKAGE)
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


@pytest.fixture
def find(package: ModuleType) -> Callable[[str], Any]:
    return lazy_names(PACKAGE, {"JSONDecoder": "home", "reads": "home:JSONDecoder"})


@pytest.mark.parametrize("name", ["JSONDecoder", "reads"])
def test_a_name_is_what_its_module_has(find: Callable[[str], Any], name: str) -> None:
    assert find(name) is json.decoder.JSONDecoder


@pytest.mark.parametrize("name", ["JSONDecoder", "reads"])
def test_a_name_that_was_found_is_an_attribute(
    package: ModuleType, find: Callable[[str], Any], name: str
) -> None:
    assert name not in vars(package)
    find(name)
    assert vars(package)[name] is json.decoder.JSONDecoder


def test_a_name_that_is_not_there_is_an_error_of_the_package(find: Callable[[str], Any]) -> None:
    with pytest.raises(AttributeError, match=f"module '{PACKAGE}' has no attribute 'nothing'"):
        find("nothing")
