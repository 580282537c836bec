"""Parameters that the library names are shown as the command's own options."""

import click
import pytest

from geosearch.cli.main import cli, run
from geosearch.cli.output.flags import command_of, with_flags


def text_for(arguments: str, text: str) -> str:
    return with_flags(text, command_of(cli, arguments.split()))


def test_a_parameter_is_shown_as_the_option_that_sets_it() -> None:
    shown = text_for("index x --gsd 2", "`max_memory` 3MB, `gsd_m`, `size_px` and `min_valid`")
    assert shown == "--max-memory 3MB, --gsd, --size and --min-valid"


def test_an_argument_is_shown_as_in_the_usage() -> None:
    assert text_for("index", "no `paths`") == "no PATHS"


def test_what_the_command_has_no_option_for_stays_as_it_is() -> None:
    text = "lower `min_valid`, or run `geosearch compact`"
    assert text_for("compact -i x", text) == text


def test_a_command_of_a_group_has_its_own_options() -> None:
    assert text_for("eval recall -k 0", "`k` is 0; `weights`") == "-k is 0; --weights"


def test_within_a_command_its_options_are_known() -> None:
    with click.Context(cli.commands["verify"]):
        assert with_flags("`drop` without `repair`") == "--drop without --repair"
    assert with_flags("`drop`") == "`drop`"


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
