"""Lists of pairs: what is read, what is left out and why."""

import json
from pathlib import Path

import pytest

from geosearch.errors import UsageError
from geosearch.training.pairs.listing import parted, read_pairs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "c, d.png"):
        (tmp_path / name).write_bytes(b"not read here")
    return tmp_path


def test_lines_of_one_image_are_one_pair(folder: Path) -> None:
    (folder / "list.csv").write_text(
        "file,short,long\na.png,a harbour,\nb.png,,a long text of b\na.png,ships,two ships\n"
        'a.png,ships,\n"c, d.png","one, two",x\n'
    )
    found = read_pairs(folder / "list.csv")
    assert [(p.file.name, p.short, p.long) for p in found.pairs] == [
        ("a.png", ("a harbour", "ships"), ("two ships",)),
        ("b.png", (), ("a long text of b",)),
        ("c, d.png", ("one, two",), ("x",)),
    ]
    assert not found.refused


def test_json_lines_may_give_several_texts(folder: Path) -> None:
    rows = [{"file": "a.png", "short": ["one", "two"]}, {"file": "b.png", "long": "three"}]
    (folder / "list.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    found = read_pairs(folder / "list.jsonl")
    assert [(p.short, p.long) for p in found.pairs] == [(("one", "two"), ()), ((), ("three",))]


def test_lines_that_cannot_be_used_are_named(folder: Path) -> None:
    (folder / "list.csv").write_text("file,short\na.png,fine\ngone.png,lost\nb.png,\n,text\n")
    found = read_pairs(folder / "list.csv")
    assert len(found.pairs) == 1
    assert [refusal.input.rpartition(" ")[2] for refusal in found.refused] == ["3", "4", "5"]
    assert "gone.png" in found.refused[0].reason


def test_paths_may_start_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "list.csv").write_text("file,short\na.png,fine\n")
    assert read_pairs(tmp_path / "lists" / "list.csv", folder).pairs[0].file == folder / "a.png"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("list.csv", "image,caption\na.png,x\n", "image, caption"),
        ("list.jsonl", "{\n", "not valid JSON"),
        ("list.jsonl", "[1]\n", "not a JSON object"),
        ("list.jsonl", '{"file": "a.png", "short": 7}\n', "not a text"),
        ("list.csv", "file,short\n", "empty"),
    ],
)
def test_what_is_no_list_is_refused(folder: Path, name: str, content: str, told: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(UsageError, match=told):
        read_pairs(folder / name)


def test_a_list_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.csv"):
        read_pairs(folder / "nothing.csv")


def test_what_is_held_out_is_not_learned_from(folder: Path) -> None:
    for i in range(40):
        (folder / f"{i}.png").write_bytes(b"")
    lines = "".join(f"{i}.png,text {i}\n" for i in range(40))
    (folder / "list.csv").write_text("file,short\n" + lines)
    pairs = read_pairs(folder / "list.csv").pairs
    learned, held_out = parted(pairs, 0.25, seed=3)
    assert len(held_out) == 10
    assert set(learned) | set(held_out) == set(pairs)
    assert not set(learned) & set(held_out)
    assert parted(pairs, 0.25, seed=3) == (learned, held_out)
    assert parted(pairs, 0.25, seed=4) != (learned, held_out)
