"""Whatever happens to a file of an index: `verify` says so, and no query answers otherwise."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.indexes.every_file import answers, copied, files_of, make
from support.indexes.in_the_way import make_folder, make_link, make_pipe

from geosearch.errors import GeosearchError, IndexFolderError
from geosearch.index import open_index, verify

LARGE = ("vectors.f16", "codes.lists")
"""Beside the arrays in ``rows``: too large to be hashed by every query."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "index"
    make(folder)
    return folder


@pytest.fixture(scope="module")
def truth(whole: Path) -> list[object]:
    return answers(open_index(whole))


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")


def make_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


DAMAGES: list[Callable[[Path], None]] = [remove, empty, shorten, lengthen, make_folder, make_loop]
if sys.platform != "win32":
    DAMAGES += [make_pipe, make_link]


def one_of_each_kind(index: Path) -> list[str]:
    """A file of each name; that of the other segment is looked at by the same lines."""
    return list({Path(name).name: name for name in files_of(index)}.values())


def is_named(index: Path, path: Path) -> bool:
    """Whether `verify` names a file, or refuses the index because of it."""
    try:
        return str(path) in {problem.path for problem in verify(index)}
    except IndexFolderError as error:
        return path.name == "manifest.json" and (
            "manifest.json" in error.message or "no index" in error.message
        )


def asked(index: Path) -> list[object] | None:
    """What an index answers; None where it refuses."""
    try:
        return answers(open_index(index))
    except GeosearchError as error:
        return None if error.hint else ["an error without a remedy"]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_every_file_is_missed(whole: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    for name in one_of_each_kind(whole):
        index = copied(whole, tmp_path / "index")
        if (index / name).stat().st_size == 0 and damage in (empty, shorten):
            continue
        damage(index / name)
        assert is_named(index, index / name), name
        with pytest.raises(IndexFolderError) as caught:
            answers(open_index(index))
        wanted = index.name if name == "manifest.json" else Path(name).name
        assert wanted in caught.value.message
        assert "verify" in caught.value.hint or name == "manifest.json"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_flipped_bit_is_found_and_misleads_no_query(
    whole: Path, truth: list[object], tmp_path: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(files_of(whole)))
    index = copied(whole, tmp_path / "index")
    content = bytearray((index / name).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    (index / name).write_bytes(content)
    assert is_named(index, index / name)
    found = asked(index)
    is_large = Path(name).name in LARGE or (
        Path(name).parent.name == "rows" and not name.endswith(".npz")
    )
    assert is_large or found in (None, truth)


@pytest.mark.parametrize("place", ["segments", "segments/ID", "rows", "ann", "removed"])
@pytest.mark.parametrize("kind", ["link", "gone", "file"])
def test_a_folder_that_is_another_is_named_and_not_followed(
    whole: Path, tmp_path: Path, place: str, kind: str
) -> None:
    index = copied(whole, tmp_path / "index")
    segment = next(iter(open_index(index).segments))
    path = index / place.replace("ID", segment.id)
    if place in ("rows", "ann"):
        path = segment.folder / place
    del segment
    path.rename(tmp_path / "elsewhere")
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    elif kind == "file":
        path.write_text("mine")
    with pytest.raises(IndexFolderError, match=path.name):
        answers(open_index(index))
    assert any(str(path) in problem.path for problem in verify(index))


def test_what_lies_in_a_segment_and_is_not_of_it_is_named_and_left(
    whole: Path, tmp_path: Path, truth: list[object]
) -> None:
    index = copied(whole, tmp_path / "index")
    segment = index / "segments" / open_index(index).segments[0].id
    mine = [segment / "photo.jpg", segment / "rows" / "photo.jpg"]
    for path in mine:
        path.write_text("mine")
    assert [problem.path for problem in verify(index)] == list(map(str, mine))
    assert answers(open_index(index)) == truth
    from geosearch.index import repair

    assert {problem.outcome for problem in repair(index, drop=True)} == {"found"}
    assert [path.read_text() for path in mine] == ["mine"] * 2
    assert answers(open_index(index)) == truth
