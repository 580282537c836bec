"""Files in ``bank`` are derived: whatever happens to them, searches answer as before."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.indexes.in_the_way import make_folder, make_link, make_pipe
from support.small_index import DIM, SPEC, chips, record, unit

import geosearch
from geosearch.index import (
    Background,
    Generation,
    IndexWriter,
    NoBackground,
    compact,
    open_index,
    repair,
    verify,
)
from geosearch.search import search
from geosearch.vocabulary import bank


def phrases(seed: int = 1) -> np.ndarray:
    table = np.random.default_rng(seed).normal(size=(len(bank()), DIM)).astype(np.float32)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


def write(folder: Path, numbers: tuple[int, ...] = (0, 1, 2)) -> Generation:
    for number in numbers:
        with IndexWriter(folder, SPEC, phrases=phrases) as writer:
            writer.stage(record(number), chips(number))
            writer.publish()
    return open_index(folder)


def answers(index: Generation) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in search(index, unit(3), k=40)[0]]


def of_a_segment(folder: Path) -> Path:
    return min(path for path in (folder / "bank").iterdir() if path.suffix == ".npz")


def of_phrases(folder: Path) -> Path:
    (path,) = (folder / "bank").glob("phrases-*")
    return path


def changed(path: Path, **members: np.ndarray) -> None:
    with np.load(path) as stored:
        kept = dict(stored)
    np.savez(path, **kept | members)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def fill(path: Path) -> None:
    path.write_bytes(bytes(1 << 22))


DAMAGES: list[Callable[[Path], None]] = [shorten, flip, fill, make_folder]
if sys.platform != "win32":
    DAMAGES += [make_pipe, make_link]


@pytest.mark.parametrize("which", [of_a_segment, of_phrases])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_takes_the_probabilities_and_nothing_else(
    tmp_path: Path, damage: Callable[[Path], None], which: Callable[[Path], Path]
) -> None:
    folder = tmp_path / "index"
    expected = answers(write(folder))
    damage(which(folder))
    opened = open_index(folder)
    assert isinstance(opened.background, NoBackground)
    assert answers(opened) == expected


@pytest.mark.parametrize(
    "members",
    [
        {"best": np.full((len(bank()), 8), 100)},
        {"best": np.full((len(bank()), 8), -1)},
        {"best": np.zeros((len(bank()), 0), np.int64)},
        {"scores": np.full((len(bank()), 8), np.nan, np.float32)},
        {"scores": np.full((len(bank()), 8), np.inf, np.float32)},
        {"sample": np.zeros(100, np.int64)},
        {"sample": np.arange(100.0)},
        {"hashes": np.arange(100, dtype=np.uint64)[::-1].copy()},
        {"whole": np.zeros(5, bool)},
    ],
)
def test_forged_numbers_are_refused(tmp_path: Path, members: dict[str, np.ndarray]) -> None:
    folder = tmp_path / "index"
    write(folder)
    changed(of_a_segment(folder), **members)
    assert isinstance(open_index(folder).background, NoBackground)


def test_a_file_of_another_segment_is_found_out(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder)
    first, second, *_ = sorted((folder / "bank").glob("[0-9a-f]*.npz"))
    second.write_bytes(first.read_bytes())
    assert [problem.path for problem in verify(folder)] == [str(second)]


@pytest.mark.parametrize("damage", [shorten, flip])
def test_what_is_damaged_is_named_and_made_again(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "index"
    expected = write(folder).background
    assert verify(folder) == []
    path = of_a_segment(folder)
    damage(path)
    assert [problem.path for problem in verify(folder)] == [str(path)]
    assert [problem.outcome for problem in repair(folder)] == ["repaired"]
    assert verify(folder) == []
    found = open_index(folder).background
    assert isinstance(expected, Background)
    assert isinstance(found, Background)
    assert np.array_equal(found.best, expected.best)


def test_damaged_phrases_are_named_and_embedded_again(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder)
    path = of_phrases(folder)
    shorten(path)
    assert [problem.path for problem in verify(folder)] == [str(path)]
    compact(folder, phrases=phrases)
    assert verify(folder) == []
    assert isinstance(open_index(folder).background, Background)


def test_an_index_without_the_files_gets_them_from_the_next_run_or_compaction(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "index"
    with IndexWriter(folder, SPEC) as writer:
        for number in range(2):
            writer.stage(record(number), chips(number))
        writer.publish()
    assert isinstance(open_index(folder).background, NoBackground)
    assert verify(folder) == []
    compact(folder, phrases=phrases)
    assert isinstance(open_index(folder).background, Background)


def test_phrases_are_embedded_once(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder, (0,))
    with IndexWriter(folder, SPEC, phrases=lambda: phrases(2)) as writer:
        writer.stage(record(1), chips(1))
        writer.publish()
    assert isinstance(open_index(folder).background, Background)
    assert of_phrases(folder).exists()


def test_files_of_segments_that_went_are_cleaned_and_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder)
    mine = folder / "bank" / "0123456789abcdef-0123456789abcdef.npz"
    mine.write_text("somebody's")
    compact(folder)
    (segment,) = open_index(folder).segments
    names = {path.name for path in (folder / "bank").iterdir()} - {of_phrases(folder).name}
    assert {name[:16] for name in names} == {segment.id, mine.name[:16]}


def test_what_is_kept_is_small(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder)
    assert of_a_segment(folder).stat().st_size < 100_000
    assert of_phrases(folder).stat().st_size < 2_000_000


def test_few_chips_say_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder, (0,))
    assert isinstance(open_index(folder).background, Background)
    geosearch.remove(folder, bbox="0,0,0.05,0.05")
    found = open_index(folder).background
    assert isinstance(found, NoBackground)
    assert not found.can_be_made
