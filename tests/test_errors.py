"""Errors keep what they say where they cross from one process to another."""

import pickle
from pathlib import Path

import pytest

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
