"""Options that several commands share are the same for each of them."""

import click
import pytest

from geosearch import Conditions
from geosearch.cli.commands.export_vectors import export_vectors
from geosearch.cli.commands.maintain.remove import remove
from geosearch.cli.commands.query import query


@pytest.mark.parametrize("command", [query, remove, export_vectors], ids=lambda one: one.name)
def test_every_condition_has_its_option_and_help(command: click.Command) -> None:
    options = {one.name: one for one in command.params if isinstance(one, click.Option)}
    for name in Conditions.__annotations__:
        assert options[name].opts == [f"--{name.replace('_', '-')}"]
        assert options[name].help
