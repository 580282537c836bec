"""Parameters that the library names are shown as the command's own options."""

from pathlib import Path

import click
import pytest

from geosearch.cli.main import cli, run
from geosearch.cli.output.flags import command_of, with_flags, worded
from geosearch.message import Message


def text_for(arguments: str, words: str, *values: object) -> str:
    return with_flags(Message(words, *values), cli, command_of(cli, arguments.split()))


def test_a_parameter_is_shown_as_the_option_that_sets_it() -> None:
    shown = text_for("index x --gsd 2", "`max_memory` 3MB, `gsd_m`, `size_px` and `min_valid`")
    assert shown == "--max-memory 3MB, --gsd, --size and --min-valid"


def test_an_argument_is_shown_as_in_the_usage() -> None:
    assert text_for("index", "no `paths`") == "no PATHS"


def test_what_the_command_has_no_option_for_stays_as_it_is() -> None:
    text = "lower `min_valid`, or run `ulimit -n 4096`"
    assert text_for("compact -i x", text) == text


def test_a_command_of_a_group_has_its_own_options() -> None:
    assert text_for("eval recall -k 0", "`k` is 0; `weights`") == "-k is 0; --weights"


def test_within_a_command_its_options_are_known() -> None:
    with click.Context(cli.commands["verify"]):
        assert with_flags(Message("`drop` without `repair`")) == "--drop without --repair"
    assert with_flags(Message("`drop`")) == "`drop`"


@pytest.mark.parametrize(
    ("call", "command"),
    [
        ("`geosearch.compact()`", "`geosearch compact`"),
        ("`geosearch.verify(repair=True, drop=True)`", "`geosearch verify --repair --drop`"),
        ('`geosearch.remove(scenes="ID")`', "`geosearch remove --scene ID`"),
        ('`geosearch.build("FOLDER")`', "`geosearch index FOLDER`"),
        ("`geosearch.nothing(k=1)`", "`geosearch.nothing(k=1)`"),
    ],
)
def test_a_call_is_shown_as_the_command_that_does_it(call: str, command: str) -> None:
    assert text_for("query", f"run {call} once") == f"run {command} once"


def test_a_value_within_a_call_stays_as_it_is() -> None:
    words = '`geosearch.import_vectors("FILE", index="{}")`'
    shown = text_for("query", words, "my, `k`=True")
    assert shown == "`geosearch import FILE --index my, `k`=True`"


def test_values_of_others_are_not_parsed() -> None:
    assert text_for("index x", "{} has no `bands`", "`bands`.tif") == "`bands`.tif has no --bands"


def test_a_plain_text_is_a_value() -> None:
    assert with_flags("`drop`", cli, cli.commands["verify"]) == "`drop`"


def test_messages_in_json_are_in_the_commands_words() -> None:
    document = {"remedy": Message("`drop` {}", "`drop`"), "paths": ("`drop`", 3)}
    with click.Context(cli.commands["verify"]):
        assert worded(document) == {"remedy": "--drop `drop`", "paths": ["`drop`", 3]}


def test_a_files_own_backticks_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = tmp_path / "`bands`.tif"
    scene.write_bytes(b"no raster")
    assert run(["index", str(scene), "-i", str(tmp_path / "`index`")]) == 1
    assert "`bands`.tif" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--size", "0"], "error: --size is 0\nhint: use a chip edge of at least 1 pixel\n"),
        (["--gsd", "0"], "error: --gsd is 0\nhint: use metres per pixel from 0.001 to 1,000,000\n"),
    ],
    ids=str,
)
def test_errors_of_the_library_name_flags(
    option: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", "scenes", "-i", "index", *option]) == 2
    assert capsys.readouterr().err == said
