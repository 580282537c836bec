"""An option of a run is a field, and a keyword of the same name and type."""

import inspect
from dataclasses import fields
from typing import get_type_hints

import pytest

from geosearch.api import IndexingOptions
from geosearch.cli.commands.index import index
from geosearch.errors import UsageError
from geosearch.index import AnnChoice
from geosearch.ingest import RunOptions


def test_every_field_is_a_keyword_of_the_same_type() -> None:
    keywords = get_type_hints(IndexingOptions, localns={"AnnChoice": AnnChoice})
    assert keywords == get_type_hints(RunOptions)


def test_every_field_is_an_option_of_the_command() -> None:
    assert {field.name for field in fields(RunOptions)} <= {one.name for one in index.params}


def test_every_keyword_is_described() -> None:
    text = inspect.getdoc(IndexingOptions) or ""
    assert [name for name in IndexingOptions.__annotations__ if f"{name}:" not in text] == []


@pytest.mark.parametrize("given", [{"max_memory": "much"}, {"ann": "hnsw"}, {"assume_crs": "x"}])
def test_what_cannot_be_understood_is_refused_when_it_is_said(given: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        RunOptions(**given)  # type: ignore[arg-type]
    assert caught.value.parameter == next(iter(given))
