"""What is printed is plain, whatever names and texts are in it."""

import ast
import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.scenes_making import write_band

import geosearch
from geosearch.cli.main import run
from geosearch.text import shown

ANY_TEXT = st.text(st.characters(categories=("Cs", "Cc", "Cf", "Zl", "Zp")) | st.characters())
CLI = Path(geosearch.__file__).parent / "cli"
GEOSEARCH = [sys.executable, "-m", "geosearch"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printing")
    pixels = np.random.default_rng(0).integers(1, 255, (3, 64, 64), dtype=np.uint8)
    write_band(folder / "scenes" / "é水 scene.tif", pixels)
    geosearch.build(
        folder / "scenes", folder / "index", encoder="null", chips=geosearch.Chips(size_px=32)
    )
    return folder / "index"


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: path.name)
def test_a_command_prints_through_the_doors_only(path: Path) -> None:
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    if path.name != "printing.py":
        assert not called & {"print", "click.echo", "click.secho", "sys.stdout.write"}


def outcome(arguments: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(arguments)
    return status, out.getvalue(), err.getvalue()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=ANY_TEXT, place=st.sampled_from(["text", "-i", "-o", "--queries", "--scene", "file"]))
def test_any_text_is_answered_or_refused_in_plain_lines(
    index: Path, tmp_path: Path, text: str, place: str
) -> None:
    command = ["query", "a river", "-i", str(index), "-k", "1"]
    if place == "text":
        command = ["query", "-i", str(index), "-k", "1", "-f", "json", "--", text]
    elif place == "-i":
        command[3] = text
    elif place == "-o":
        command += ["-f", "geojson", "-o", f"{tmp_path}/{text}"]
    elif place == "--queries":
        command = ["query", "--queries", text, "-i", str(index)]
    elif place == "--scene":
        command = ["remove", "--scene", text, "-i", str(index), "--dry-run"]
    else:
        (tmp_path / "texts.json").write_text(json.dumps([text, "a river"]))
        command = ["query", "--queries", str(tmp_path / "texts.json"), "-i", str(index), "--json"]
    status, out, err = outcome(command)
    assert status in (0, 1, 2, 3)
    assert "internal error" not in err
    for printed in (out, err):
        assert shown(printed, lines=True) == printed
    for line in err.splitlines():
        assert line.startswith(("error: ", "hint: ", "refused: ", "   hint: ", "no chip", "index:"))


def test_a_name_with_a_line_break_cannot_pass_for_a_message(tmp_path: Path) -> None:
    (tmp_path / "a\nerror: fake.tif").write_text("no raster")
    command = ["index", str(tmp_path / "a\nerror: fake.tif"), "-i", str(tmp_path / "i")]
    status, _, err = outcome([*command, "--encoder", "null"])
    assert status == 1
    assert [line.split(":")[0] for line in err.splitlines() if line[0] != " "] == ["error", "hint"]
    assert "a\\x0aerror: fake.tif" in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("form", ["table", "geojson", "json"])
def test_an_encoding_that_lacks_a_character_stops_nothing(
    index: Path, encoding: str, form: str
) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [*GEOSEARCH, "query", "a 水 river", "-i", str(index), "-k", "1", "-f", form]
    done = subprocess.run(command, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    if form == "table":
        assert b"scene.tif" in done.stdout
        return
    answer = json.loads(done.stdout)
    hit = answer["hits"][0] if form == "json" else answer["features"][0]["properties"]
    assert hit["scene"] == "é水 scene.tif"


@pytest.mark.parametrize("argument", [b"caf\xe9", b"\xff\xfe"])
def test_an_argument_in_another_encoding_is_refused(index: Path, argument: bytes) -> None:
    command = [os.fsencode(part) for part in (*GEOSEARCH, "query", "-i", str(index))]
    done = subprocess.run([*command, argument], capture_output=True)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: the query is not UTF-8 text: ")


def test_an_output_in_another_encoding_is_written(index: Path, tmp_path: Path) -> None:
    for name in (b"caf\xe9.geojson", b"caf\xe9.png", b"caf\xe9.jsonl"):
        path = os.fsencode(tmp_path) + b"/" + name
        command = [os.fsencode(part) for part in (*GEOSEARCH, "query", "river", "-i", str(index))]
        done = subprocess.run([*command, b"-o", path], capture_output=True)
        assert done.returncode == 0, done.stderr
        assert os.path.getsize(path) > 100
    path = os.fsencode(tmp_path) + b"/caf\xe9.parquet"
    command = [os.fsencode(part) for part in (*GEOSEARCH, "export", str(index), "-o")]
    done = subprocess.run([*command, path], capture_output=True)
    assert done.returncode == 0, done.stderr
    assert b"caf\\xe9.parquet" in done.stderr


def test_an_index_in_another_encoding_is_one_clear_error(tmp_path: Path) -> None:
    command = [os.fsencode(part) for part in (*GEOSEARCH, "query", "river", "-i")]
    done = subprocess.run([*command, os.fsencode(tmp_path) + b"/caf\xe9"], capture_output=True)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[0].startswith("error: the index folder's name is not")


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_a_table_fits_the_terminal_that_it_is_printed_to(index: Path, columns: int) -> None:
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = [*GEOSEARCH, "query", "a river", "-i", str(index), "-k", "3"]
    done = subprocess.run(
        command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment | {"TERM": "dumb"}
    )
    os.close(theirs)
    printed = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    lines = printed.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert len(lines) == 4
    assert max(map(len, lines)) <= columns
    assert all("scene" in line for line in lines)
