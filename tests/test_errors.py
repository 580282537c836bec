"""Errors keep what they say where they cross from one process to another."""

import ast
import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.house import MODULES, PACKAGE, parts_of

import geosearch
from geosearch import errors
from geosearch.index.files.faults import DamagedError, SupersededError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.GeosearchError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_the_same_in_another_process(kind: type[errors.GeosearchError]) -> None:
    again = pickle.loads(pickle.dumps(kind("what is wrong", hint="what to do")))
    assert (type(again), str(again), again.hint) == (kind, "what is wrong", "what to do")
    assert again.message == "what is wrong"


@pytest.mark.parametrize(
    "error",
    [DamagedError(Path("x/y"), "it is missing"), SupersededError(Path("x"), "0123")],
    ids=lambda error: type(error).__name__,
)
def test_so_is_one_that_knows_more(error: errors.GeosearchError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


BY_OTHERS = {
    # raised where the file is known, and named by who reads it for a parameter
    "evaluation/classification/confusion.py",
    "evaluation/localization/maps.py",
    "evaluation/localization/scores.py",
    "evaluation/retrieval/recall.py",
    "formats/vectors/columns.py",
    "formats/vectors/geometry_column.py",
    "geo/stated_crs.py",
    # about what is installed, the disk, or a hit that was made by hand, not about an argument
    "api/hits.py",
    "formats/hits/tables/geodataframe.py",
    "scenes/writing/write_window.py",
    "search/hits/hit.py",
}


def usage_errors(path: Path) -> Iterator[tuple[int, str | None]]:
    """Yield where a module makes a `UsageError`, and the parameter that it names, if written."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "UsageError":
            named = {one.arg: one.value for one in node.keywords}
            given = named.get("parameter")
            written = str(given.value) if isinstance(given, ast.Constant) else ""
            yield node.lineno, None if given is None else written


LIBRARY = [path for path in MODULES if parts_of(path)[0] != "cli"]


def test_a_usage_error_names_the_parameter_that_is_wrong() -> None:
    nameless = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in LIBRARY
        if path.relative_to(PACKAGE).as_posix() not in BY_OTHERS
        for line, parameter in usage_errors(path)
        if parameter is None
    ]
    assert nameless == []


def public_parameters() -> Iterator[str]:
    for name in geosearch.__all__:
        one = getattr(geosearch, name)
        if inspect.isfunction(one):
            yield from inspect.signature(one).parameters
        elif inspect.isclass(one):
            yield from getattr(one, "__annotations__", {})
            for _, method in inspect.getmembers(one, inspect.isfunction):
                yield from inspect.signature(method).parameters


def test_the_parameter_that_an_error_names_is_one_of_the_public_api() -> None:
    known = {*public_parameters()}
    unknown = [
        f"{path.relative_to(PACKAGE)}:{line}: {parameter}"
        for path in LIBRARY
        for line, parameter in usage_errors(path)
        if parameter and parameter not in known
    ]
    assert unknown == []


def test_an_error_of_weights_is_about_the_weights() -> None:
    assert errors.WeightsError("damaged", hint="fetch them again").parameter == "weights"
