"""Options that several commands share, ready as decorators."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from geosearch.text import shown


class PathType(click.Path):
    """A path, in whatever bytes its name is; not what no file can be called."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Refuse it before the system is asked for it."""
        try:
            name = os.fsencode(value)
        except UnicodeEncodeError:
            name = b""
        if not name or b"\0" in name:
            self.fail(f"{shown(value)!r} is not a path", param, ctx)
        return super().convert(value, param, ctx)


Command = TypeVar("Command", bound=Callable[..., Any])

index_option = click.option(
    "-i",
    "--index",
    "index_path",
    type=PathType(file_okay=False),
    help="The index folder. Default: $GEOSEARCH_INDEX, else one in indexes/.",
)
weights_option = click.option(
    "--weights", type=PathType(), help="The encoder's weights: a file, or the folder it is in."
)
activation_option = click.option(
    "--activation",
    type=click.Choice(["quickgelu", "gelu"]),
    help="What the weights were trained with, if not what the encoder's name stands for.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
_CONDITIONS = {
    "bbox": click.option("--bbox", metavar="W,S,E,N", help="Degrees; W > E crosses 180 degrees."),
    "intersects": click.option(
        "--intersects",
        metavar="FILE",
        help="GeoJSON that footprints must intersect; - reads stdin.",
    ),
    "datetime": click.option(
        "--datetime", metavar="A/B", help="Date, RFC 3339 instant, or A/B; .. is open."
    ),
    "undated": click.option(
        "--undated", is_flag=True, help="With --datetime: chips without a known time, too."
    ),
    "min_cloud": click.option(
        "--min-cloud",
        type=float,
        metavar="SHARE",
        help="Least share of cloud, 0 to 1; where it is not known, a chip does not pass.",
    ),
    "max_cloud": click.option(
        "--max-cloud", type=float, metavar="SHARE", help="Most share of cloud, likewise."
    ),
    "min_valid": click.option(
        "--min-valid", type=float, metavar="SHARE", help="Least share of valid pixels, 0 to 1."
    ),
    "min_gsd": click.option(
        "--min-gsd",
        type=float,
        metavar="METRES",
        help="Least metres a pixel of the chip; where it is not known, a chip does not pass.",
    ),
    "max_gsd": click.option(
        "--max-gsd", type=float, metavar="METRES", help="Most metres a pixel, likewise."
    ),
}
"""Options of filters, in the order of ``--help``, by their names among `Conditions`."""


def filter_options(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add ``--bbox``, ``--datetime`` and the other filters, the same wherever chips are chosen.

    Args:
        command: Is handed what they say as one value, ``conditions``.
    """

    @wraps(command)
    def gathered(**given: Any) -> int | None:
        conditions = {name: given.pop(name) for name in _CONDITIONS}
        return command(conditions=conditions, **given)

    for option in reversed(_CONDITIONS.values()):
        gathered = option(gathered)
    return gathered


def compute_options(precision: str = "auto") -> Callable[[Command], Command]:
    """Add ``--device``, and ``--precision`` with a default."""
    device_option = click.option(
        "--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps."
    )
    precision_option = click.option(
        "--precision",
        type=click.Choice(["auto", "float32", "bf16"]),
        default=precision,
        show_default=True,
        help="auto takes bf16 where the device has it.",
    )
    return lambda command: device_option(precision_option(command))
