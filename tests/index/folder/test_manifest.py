"""The manifest carries a checksum of its own, is read strictly, and agrees with its segments."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.indexes.every_file import copied, make
from support.indexes.sealing import edit_manifest

from geosearch.errors import IndexFolderError
from geosearch.index import open_index, repair, verify
from geosearch.index.folder.manifest import read_manifest


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manifest") / "index"
    make(folder)
    return folder


@pytest.fixture
def index(whole: Path, tmp_path: Path) -> Path:
    return copied(whole, tmp_path / "index")


def test_a_value_that_was_edited_by_hand_is_found_out(index: Path) -> None:
    path = index / "manifest.json"
    path.write_text(path.read_text().replace('"generation": 4', '"generation": 5'))
    with pytest.raises(IndexFolderError, match="checksum does not agree"):
        open_index(index)


def test_the_checksum_is_that_of_the_bytes_before_it(index: Path) -> None:
    from hashlib import sha256

    data = (index / "manifest.json").read_bytes()
    before = data[: data.rindex(b'  "checksum"')]
    assert json.loads(data)["checksum"] == sha256(before).hexdigest()


def paths_in(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where each value of a document is."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += paths_in(value, (*path, key))
    return found


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


STRANGE = st.sampled_from(
    [None, True, -1, 0, 1.5, 10**30, -(10**400), float("inf"), float("nan"), "", "x", "\ud83d",
     "../../etc", [], {}, [[]], {"a": 1}, nested(900), [None, None], [1, 2, 3, 4]],
)  # fmt: skip


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_stands_in_a_manifest_it_is_read_or_refused(
    whole: Path, tmp_path: Path, data: st.DataObject
) -> None:
    document = json.loads((whole / "manifest.json").read_text())
    del document["checksum"]
    path = data.draw(st.sampled_from(paths_in(document)))
    value = data.draw(STRANGE)
    (tmp_path / "manifest.json").write_bytes((whole / "manifest.json").read_bytes())
    edit_manifest(tmp_path, lambda document: put(document, path, value))
    with suppress(IndexFolderError):
        read_manifest(tmp_path)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity", "1" * 5000, "[" * 900])
def test_numbers_beyond_all_are_damage(index: Path, number: str) -> None:
    path = index / "manifest.json"
    path.write_text(path.read_text().replace('"generation": 4', f'"generation": {number}'))
    with pytest.raises(IndexFolderError, match=r"manifest\.json is damaged"):
        open_index(index)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_stands_in_a_description_it_is_read_or_refused(
    whole: Path, data: st.DataObject, tmp_path: Path
) -> None:
    from geosearch.index.folder.description import read_description

    segment = open_index(whole).segments[0]
    document = json.loads((segment.folder / "segment.json").read_text())
    put(document, data.draw(st.sampled_from(paths_in(document))), data.draw(STRANGE))
    (tmp_path / "segment.json").write_text(json.dumps(document))
    with suppress(IndexFolderError):
        read_description(tmp_path)


def entry_of(document: dict[str, Any], removed: bool) -> dict[str, Any]:
    """The segment of which a scene was removed, or the other one."""
    found: dict[str, Any] = next(
        one for one in document["segments"] if bool(one["removed"]) is removed
    )
    return found


@pytest.mark.parametrize("name", ["bounds", "time_ms"])
def test_bounds_and_times_are_those_of_what_is_searched_and_mended(index: Path, name: str) -> None:
    before = read_manifest(index).segments

    def change(document: dict[str, Any]) -> None:
        entry_of(document, removed=False)[name][1] += 1

    edit_manifest(index, change)
    (problem,) = verify(index)
    assert (problem.path, problem.repairable) == (str(index / "manifest.json"), True)
    assert name in problem.reason
    assert [one.outcome for one in repair(index)] == ["repaired"]
    assert read_manifest(index).segments == before
    assert verify(index) == []


def test_a_removed_scene_that_a_segment_has_not_is_named(index: Path) -> None:
    edit_manifest(
        index, lambda document: entry_of(document, removed=True).update(removed=["other.tif"])
    )
    (problem,) = verify(index)
    assert "other.tif" in problem.reason
    assert not problem.repairable
    with pytest.raises(IndexFolderError, match=r"other\.tif"):
        _ = [segment.alive for segment in open_index(index).segments]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": 199}, "should have"),
        ({"ann": "flat"}, "which such a segment has not"),
        ({"checksum": "0" * 64}, "content has changed"),
        ({"files": {}}, "list of files"),
    ],
)
def test_what_the_manifest_says_of_a_segment_is_what_the_segment_says(
    index: Path, changes: dict[str, Any], said: str
) -> None:
    edit_manifest(index, lambda document: entry_of(document, removed=False).update(changes))
    with pytest.raises(IndexFolderError, match=said):
        _ = [segment.scenes.description for segment in open_index(index).segments]
