"""Names that are found when they are asked for."""

import json.decoder

import pytest

from geosearch.lazy import lazy_names

find = lazy_names("json", {"JSONDecoder": "decoder", "reads": "decoder:JSONDecoder"})


@pytest.mark.parametrize("name", ["JSONDecoder", "reads"])
def test_a_name_is_what_its_module_has(name: str) -> None:
    assert find(name) is json.decoder.JSONDecoder


def test_a_name_that_is_not_there_is_an_error_of_the_package() -> None:
    with pytest.raises(AttributeError, match="module 'json' has no attribute 'nothing'"):
        find("nothing")
