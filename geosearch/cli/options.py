"""Options that several commands share, ready as decorators."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from geosearch.search import QUANTITIES
from geosearch.text import shown
from geosearch.vocabulary import KINDS


class PathType(click.Path):
    """A path, in whatever bytes its name is; refuses what no file can be called."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Refuse what cannot be a path before it is opened."""
        try:
            name = os.fsencode(value)
        except UnicodeEncodeError:
            name = b""
        if not name or b"\0" in name:
            self.fail(f"{shown(value)!r} is not a path", param, ctx)
        return super().convert(value, param, ctx)


class BandsType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """Three band numbers from 1, `R,G,B`; one number stands for grey."""

    name = "R,G,B"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int, int]:
        """Read the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            bands = [int(part) for part in str(value).replace(",", " ").split()]
        except ValueError:
            bands = []
        if len(bands) == 1:
            bands *= 3
        if len(bands) != 3 or min(bands) < 1:
            self.fail(f"{value!r} is not three band numbers from 1, such as 4,3,2", param, ctx)
        red, green, blue = bands
        return red, green, blue


class ScalesType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """Whole numbers from 1, comma separated."""

    name = "1,2,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        """Read the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in str(value).replace(",", " ").split())
        except ValueError:
            self.fail(f"{value!r} is not whole numbers from 1, such as 1,2,4", param, ctx)


Command = TypeVar("Command", bound=Callable[..., Any])

index_option = click.option(
    "-i",
    "--index",
    "index",
    type=PathType(file_okay=False),
    help="The index folder. Default: $GEOSEARCH_INDEX, else one in indexes/.",
)
weights_option = click.option(
    "--weights", type=PathType(), help="The encoder's weights: a file, or the folder it is in."
)
device_option = click.option(
    "--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps."
)
activation_option = click.option(
    "--activation",
    type=click.Choice(["quickgelu", "gelu"]),
    help="What the weights were trained with, if not what the encoder's name stands for.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
ann_option = click.option(
    "--ann",
    type=click.Choice(["auto", "flat", "ivfpq"]),
    default="auto",
    show_default=True,
    help="auto builds IVF-PQ where an exact scan would be slower.",
)
_ENCODER_HELP = "An encoder's name; `geosearch encoders` lists them."
_CHIPS = {
    "size_px": click.option(
        "--size", "size_px", type=int, help="Chip edge in pixels. Default: the encoder's input."
    ),
    "stride_px": click.option(
        "--stride",
        "stride_px",
        type=int,
        help="Step between chips in pixels. Default: half a chip.",
    ),
    "bands": click.option(
        "--bands", type=BandsType(), help="Bands shown as red, green, blue, from 1."
    ),
    "stretch": click.option(
        "--stretch",
        metavar="STRETCH",
        help="Values shown as black and white: percentile, none (0 to 255), LOW,HIGH, or auto: "
        "percentile unless a scene has 8 bits.",
    ),
    "gsd_m": click.option(
        "--gsd",
        "gsd_m",
        type=float,
        help="Metres per pixel of chips. Default: each scene's own.",
    ),
    "scales": click.option(
        "--scales",
        type=ScalesType(),
        help="Also cut chips covering 2 or 4 times the ground per side: 1,2,4.",
    ),
    "min_valid": click.option(
        "--min-valid",
        type=float,
        help="Minimum fraction of valid pixels in a chip. Default: 0.25.",
    ),
}
"""Options of how scenes are cut, in the order of ``--help``, by their names in `Chips`."""
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
        "--undated", is_flag=True, help="With --datetime: also chips without a known time."
    ),
    **{
        name: click.option(
            f"--{name.replace('_', '-')}", type=float, metavar=quantity.unit, help=text
        )
        for quantity in QUANTITIES.values()
        for name, text in quantity.bounds.items()
    },
    "kind": click.option(
        "--kind",
        multiple=True,
        metavar="KIND",
        callback=lambda _context, _option, given: given or None,
        help=f"Only scenes of this kind: {', '.join(KINDS)}; all. May be given several times. "
        "Default: all; for texts, no elevation, classes and map.",
    ),
}
"""Options of filters, in the order of ``--help``, by their names among `Conditions`."""


def filter_options(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add ``--bbox``, ``--datetime`` and the other filters, the same wherever chips are chosen.

    Args:
        command: Receives their values as one, ``conditions``.
    """
    return _gathered(command, _CONDITIONS, "conditions", lambda: dict)


def chip_options(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add ``--size``, ``--stride`` and the other options of how scenes are cut.

    Args:
        command: Receives their values as one `Chips`, ``chips``.
    """

    def chips() -> Callable[..., Any]:
        from geosearch.chips import Chips

        return Chips

    return _gathered(command, _CHIPS, "chips", chips)


def encoder_options(
    *names: str, encoder_help: str = _ENCODER_HELP, required: bool = False, precision: str = "auto"
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Add the options of which encoder to use, and what it computes in.

    The command receives their values as one `EncoderChoice`, ``encoder``.

    Args:
        names: Which options there are beside ``--weights``, ``--device`` and ``--precision``:
            ``encoder``, ``activation``.
        encoder_help: What ``--encoder`` is for.
        required: Whether ``--encoder`` must be given.
        precision: The default of ``--precision``.
    """
    named = click.option("--encoder", help=encoder_help, required=required)
    every = {"encoder": named, "activation": activation_option}
    options = {name: every[name] for name in names} | {
        "weights": weights_option,
        "device": device_option,
        "precision": precision_option(precision),
    }

    def choice() -> Callable[..., Any]:
        from geosearch.api import EncoderChoice

        return lambda encoder=None, **others: EncoderChoice(encoder, **others)

    return lambda command: _gathered(command, options, "encoder", choice)


def _gathered(
    command: Callable[..., int | None],
    options: dict[str, Callable[[Any], Any]],
    name: str,
    kind: Callable[[], Callable[..., Any]],
) -> Callable[..., int | None]:
    """Add options, and hand their values to a command as one.

    Args:
        command: Receives the value by its name, and all other options.
        options: By their names among the value's fields, in the order of ``--help``.
        name: The value's name.
        kind: Imports what makes the value.
    """

    @wraps(command)
    def gathered(**given: Any) -> int | None:
        values = {option: given.pop(option) for option in options}
        return command(**given, **{name: kind()(**values)})

    for option in reversed(options.values()):
        gathered = option(gathered)
    return gathered


def precision_option(default: str = "auto") -> Callable[[Command], Command]:
    """Add ``--precision`` with a default."""
    return click.option(
        "--precision",
        type=click.Choice(["auto", "float32", "bf16"]),
        default=default,
        show_default=True,
        help="auto takes bf16 where the device has it.",
    )


def compute_options() -> Callable[[Command], Command]:
    """Add ``--device`` and ``--precision``."""
    return lambda command: device_option(precision_option()(command))
