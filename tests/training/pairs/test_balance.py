"""The weight of long texts is a line through the points given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.training.pairs import read_balance


@given(st.floats(0, 1))
def test_it_is_what_numpy_interpolates(done: float) -> None:
    balance = read_balance("0.1:0.3,0.5:0.9,0.8:0")
    assert balance.long(done) == pytest.approx(np.interp(done, [0.1, 0.5, 0.8], [0.3, 0.9, 0]))


def test_words_mean_one_kind_of_text_only() -> None:
    assert [read_balance(word).long(0.4) for word in ("long", "short")] == [1, 0]


def test_it_is_written_as_it_is_read() -> None:
    assert str(read_balance("0:0.25,1:0.75")) == "0:0.25,1:0.75"


@pytest.mark.parametrize("written", ["", "half", "0:2", "0.5:0.1,0.5:0.2", "1:0.1,0:0.2", "0:a"])
def test_what_is_no_balance_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="balance"):
        read_balance(written)
