"""Captions are read as the authors' codes read them."""

import json
from pathlib import Path

import pytest

from geosearch.errors import UsageError
from geosearch.evaluation import read_karpathy, read_text_files


def karpathy(path: Path, images: list[tuple[str, str, list[str]]]) -> Path:
    document = {
        "dataset": "drawn",
        "images": [
            {"filename": name, "split": split, "sentences": [{"raw": text} for text in texts]}
            for name, split, texts in images
        ],
    }
    path.write_text(json.dumps(document))
    return path


def test_one_split_is_read_by_name_and_images_of_one_name_are_merged(tmp_path: Path) -> None:
    path = karpathy(
        tmp_path / "any.json",
        [
            ("2.png", "test", ["two"]),
            ("10.png", "test", ["ten"]),
            ("3.png", "train", ["three"]),
            ("2.png", "test", ["another", "third"]),
        ],
    )
    found = read_karpathy(path)
    assert found.images == ("10.png", "2.png")  # as text: "10" comes before "2"
    assert found.captions == (("ten",), ("two", "another", "third"))
    assert (found.name, found.split) == ("drawn", "test")


def test_a_file_of_the_authors_naming_names_the_set(tmp_path: Path) -> None:
    assert read_karpathy(karpathy(tmp_path / "dataset_x.json", [("1", "test", ["a"])])).name == "x"


def test_text_files_give_their_first_line(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("first line\nsecond line\n")
    (tmp_path / "a.txt").write_text("only line")
    found = read_text_files(tmp_path)
    assert found.images == ("a", "b")
    assert found.captions == (("only line",), ("first line",))


@pytest.mark.parametrize(
    "document",
    [
        "no json",
        "[]",
        '{"images": 3}',
        '{"images": [{"split": "test"}]}',
        '{"images": [{"filename": 4, "split": "test", "sentences": []}]}',
        '{"images": [{"filename": "4", "split": "test", "sentences": [{"raw": null}]}]}',
        '{"images": [{"filename": "4", "split": "test", "sentences": []}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_karpathy_layout_is_refused(tmp_path: Path, document: str) -> None:
    (tmp_path / "x.json").write_text(document)
    with pytest.raises(UsageError):
        read_karpathy(tmp_path / "x.json")


def test_a_split_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path = karpathy(tmp_path / "x.json", [("1", "val", ["a"])])
    with pytest.raises(UsageError) as refused:
        read_karpathy(path)
    assert "val" in refused.value.hint
