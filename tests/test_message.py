"""Words of ours and values of others, apart."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.message import Message, named


def reworded(message: Message) -> str:
    return message.reworded(str.upper)


def test_a_program_reads_a_plain_text() -> None:
    assert Message("`k` is {}", 0) == "`k` is 0"


@given(st.text(), st.text())
def test_values_are_never_reworded(first: str, second: str) -> None:
    message = Message("{} and `k` and {}", first, second)
    assert reworded(message) == f"{first} and K and {second}"


def test_a_message_within_a_message_is_reworded_too() -> None:
    hint = Message("give `bbox` {}", "`bbox`")
    assert reworded(Message("{}: {}", "`bbox`", hint)) == "`bbox`: give BBOX `bbox`"


def test_braces_of_values_stay() -> None:
    assert reworded(Message("`k` {}", "{} {x}")) == "K {} {x}"


def test_a_name_that_is_computed_is_reworded() -> None:
    assert reworded(Message("{} is {}", named("max_gsd"), "`max_gsd`")) == "MAX_GSD is `max_gsd`"


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_a_copy_is_a_message(again: object) -> None:
    made = again(Message("{}: `k`", Message("`k`")))  # type: ignore[operator]  # any of these
    assert (made, reworded(made)) == ("`k`: `k`", "K: K")


def test_a_value_too_many_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="2 values"):
        Message("{}", 1, 2)
