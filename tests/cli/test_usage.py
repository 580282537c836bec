"""Arguments that the shell took apart get a hint that says so."""

from pathlib import Path

import pytest

from geosearch.cli.main import run

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["query", "ships", "tennis"], 'put the text in quotes: geosearch query "ships tennis"'),
        (["query", "two", "small", "lakes"], '"two small lakes"'),
        (["query", "a river", "--bbox", "11", "48", "12", "49"], '--bbox "W,S,E,N"'),
        (["query", "a river", "--bbox", "-10", "-9"], '--bbox "W,S,E,N"'),
        (["info", "indexes/coast"], "geosearch info -i FOLDER"),
        (["compact", "indexes/coast"], "geosearch compact -i FOLDER"),
        (["remove", "--scene", "2019/a.tif", "2019/b.tif"], "in quotes"),
        (["query", "--colour", "red"], "`geosearch query --help`"),
        (["demo"], "`geosearch demo --help`"),
    ],
)
def test_the_hint_names_the_likely_cause(capsys: Captured, arguments: list[str], hint: str) -> None:
    assert run(arguments) == 2
    error, told = capsys.readouterr().err.splitlines()
    assert error.startswith("error: ")
    assert told.startswith("hint: ")
    assert hint in told


@pytest.mark.parametrize("command", ["info", "compact", "verify", "query"])
def test_no_index_has_one_status_named_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEOSEARCH_INDEX", raising=False)
    asked = [command, "a river"] if command == "query" else [command]
    assert run(asked) == 1
    assert run([*asked, "-i", "nowhere"]) == 1
    monkeypatch.setenv("GEOSEARCH_INDEX", "nowhere")
    assert run(asked) == 1
    assert capsys.readouterr().err.count("hint: make one with") == 3
