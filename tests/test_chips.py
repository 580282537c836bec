"""How scenes are cut: what is open, what is settled, and what contradicts itself."""

import pickle

import pytest

from geosearch.chips import Chips, ResolvedChips
from geosearch.errors import UsageError


def test_a_new_index_is_cut_for_its_encoder() -> None:
    assert Chips().resolved(224) == ResolvedChips(224, 112, 0.25, None, "auto", None, (1,))


def test_what_is_open_is_as_the_index_records_it() -> None:
    recorded = ResolvedChips(64, 16, 0.5, (4, 3, 2), "0,900", 1.5, (1, 2))
    assert Chips().resolved(224, recorded) == recorded
    assert Chips(stretch="none", scales=[1]).resolved(224, recorded) == ResolvedChips(
        64, 16, 0.5, (4, 3, 2), "none", 1.5, (1,)
    )


def test_the_step_of_a_new_index_is_half_of_the_edge_that_is_given() -> None:
    assert [Chips(size).resolved(224).stride_px for size in (1, 2, 99)] == [1, 1, 49]


def test_equal_settings_are_equal_however_they_are_written() -> None:
    assert Chips(stretch=(0, 3000), gsd_m=2, scales=[1, 2]) == Chips(
        stretch="0,3000", gsd_m=2.0, scales=(1, 2)
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"size_px": 0}, "size_px"),
        ({"stride_px": 0}, "stride_px"),
        ({"size_px": 64, "stride_px": 65}, "stride_px"),
        ({"min_valid": 1.5}, "min_valid"),
        ({"min_valid": float("nan")}, "min_valid"),
    ],
)
def test_what_cannot_be_cut_names_its_parameter(values: dict[str, float], name: str) -> None:
    with pytest.raises(UsageError, match=f"^`{name}` ") as caught:
        Chips(**values)  # type: ignore[arg-type]
    assert caught.value.parameter == name


def test_gaps_that_only_the_encoder_makes_are_refused_when_it_is_known() -> None:
    with pytest.raises(UsageError, match="`stride_px` 300 leaves gaps between chips of 224 px"):
        Chips(stride_px=300).resolved(224)


def test_it_can_be_sent_to_another_process() -> None:
    chips = Chips(scales=(1, 2)).resolved(64)
    assert pickle.loads(pickle.dumps(chips)) == chips
