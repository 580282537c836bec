"""`geosearch verify` says what is wrong, and its exit status does too."""

import json
from pathlib import Path

import pytest
from support.commands import Ran, command
from support.small_index import build


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build(tmp_path / "index", segments=1)
    return tmp_path / "index"


def verify(index: Path, *arguments: str) -> Ran:
    return command("verify", "-i", index, *arguments)


def test_an_index_without_faults_is_ok(index: Path) -> None:
    result = verify(index)
    assert (result.returncode, result.stdout) == (0, "OK: no faults found\n")


def test_a_fault_is_named_with_its_loss_and_remedy_and_can_be_repaired(index: Path) -> None:
    next(index.rglob("rows/valid")).write_bytes(b"")
    found = verify(index)
    assert found.returncode == 1
    assert "rows/valid: it has 0 bytes and should have 2000" in found.stdout
    assert "lost: nothing, but filters cannot be applied" in found.stdout
    assert "hint: `geosearch verify --repair` makes it again from chips.duckdb" in found.stdout
    repaired = verify(index, "--repair")
    assert repaired.returncode == 0
    assert repaired.stdout.startswith("repaired: ")
    assert verify(index).stdout == "OK: no faults found\n"


def test_what_cannot_be_repaired_stays_a_failure(index: Path) -> None:
    next(index.rglob("vectors.f16")).unlink()
    result = verify(index, "--repair", "--json")
    assert result.returncode == 1
    (problem,) = json.loads(result.stdout)
    assert (problem["repairable"], problem["outcome"]) == (False, "found")


def test_dropping_says_to_index_again(index: Path) -> None:
    next(index.rglob("vectors.f16")).unlink()
    result = verify(index, "--repair", "--drop")
    assert result.returncode == 0
    assert "index the scenes again" in result.stdout
