"""`geosearch compact` says what it did."""

import json
from pathlib import Path

from support.commands import Ran, command
from support.small_index import build


def compact(index: Path, *arguments: str) -> Ran:
    return command("compact", "-i", index, *arguments)


def test_it_says_what_there_was_and_is(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=3)
    result = compact(tmp_path / "index")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("3 segments before, 1 now: 500 chips; ")


def test_it_says_so_in_json(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=2)
    numbers = json.loads(compact(tmp_path / "index", "--json").stdout)
    assert (numbers["segments_before"], numbers["segments"], numbers["chips"]) == (2, 1, 500)


def test_how_much_memory_it_may_take_is_read_strictly(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=2)
    result = compact(tmp_path / "index", "--max-memory", "lots")
    assert result.returncode == 2
    assert "--max-memory lots is not a size" in result.stderr
    assert compact(tmp_path / "index", "--max-memory", "1GB").returncode == 0
