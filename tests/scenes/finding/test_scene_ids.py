"""What scenes are called: no two the same, none as another is, and as short as can be."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from geosearch.scenes import unique_ids
from geosearch.scenes.finding.scene_ids import item_names, names_below

NAMES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3)


@given(st.lists(NAMES, max_size=8), st.sets(st.sampled_from(["a", "b", "c", "d", "a (2)"])))
def test_no_two_are_the_same_and_none_is_taken(names: list[list[str]], taken: set[str]) -> None:
    ids = unique_ids(names, taken)
    assert len(set(ids)) == len(ids) == len(names)
    assert not taken & set(ids)


@given(st.lists(NAMES, max_size=8))
def test_what_nobody_else_could_be_called_keeps_its_shortest_name(names: list[list[str]]) -> None:
    for own, got in zip(names, unique_ids(names, frozenset()), strict=True):
        others = [name for other in names if other is not own for name in other]
        if own[0] not in others:
            assert got == own[0]


def test_a_file_is_called_by_its_path_below_what_was_named_then_by_more() -> None:
    path = Path("/data/2020/a/x.tif")
    names = names_below(path, Path("/data/2020"))
    assert names[:3] == ("a/x.tif", "2020/a/x.tif", "data/2020/a/x.tif")
    assert names[-1] == "/data/2020/a/x.tif"
    assert names_below(path, path)[0] == "x.tif"


def test_an_item_is_called_by_its_id_then_with_its_folder_or_its_file() -> None:
    names = item_names("c/i", "https://u:p@host/cat/i.json?sig=1", "https://host/d/x.tif")
    assert names[:4] == ("c/i", "cat/c/i", "c/i/x.tif", "host/cat/c/i")
