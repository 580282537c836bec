"""`geosearch train`: adapt an encoder to the user's own images and texts."""

from pathlib import Path

import click

from geosearch.cli.options import PathType, activation_option, compute_options, weights_option
from geosearch.cli.output.report import print_refusals


@click.group(short_help="Adapt an encoder to your archive.")
def train() -> None:
    """Adapt an encoder to your archive."""


@train.command(short_help="On your own images and texts.")
@click.argument("listing", metavar="LIST", type=PathType(path_type=Path))
@click.option(
    "--encoder", required=True, help="The encoder to train; `geosearch encoders` lists them."
)
@weights_option
@activation_option
@click.option(
    "--new", is_flag=True, help="Start from random weights; for mini, from its public towers."
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=PathType(file_okay=False, path_type=Path),
    help="Folder of the run.",
)
@click.option(
    "--images",
    type=PathType(file_okay=False, path_type=Path),
    help="Folder that LIST's paths are relative to. Default: LIST's own.",
)
@click.option(
    "--stretch/--no-stretch",
    "long_texts",
    default=None,
    help="Read 248 tokens instead of 77. Default: if LIST has long texts.",
)
@click.option(
    "--balance",
    default="0:0.25,1:0.75",
    show_default=True,
    help="Weight of the long texts by progress, as PROGRESS:WEIGHT,...; or long, or short.",
)
@click.option("--epochs", default=10.0, show_default=True, help="Passes over the images.")
@click.option(
    "--steps", type=click.IntRange(1), help="Number of steps: makes a run repeat exactly."
)
@click.option("--minutes", type=click.FloatRange(0.1), help="Time limit, instead of epochs.")
@click.option("--batch", default=128, show_default=True, help="Pairs per step, over all processes.")
@click.option(
    "--at-once",
    default=64,
    show_default=True,
    help="Images in memory at once; a larger batch is computed in parts, with equal result.",
)
@click.option(
    "--rate", type=float, help="Learning rate. Default: 1e-5; 5e-4 with --new, and for mini."
)
@click.option(
    "--held-out",
    default=0.05,
    show_default=True,
    help="Fraction of images held out for evaluation.",
)
@click.option(
    "--augment", type=click.Choice(["turns", "none"]), default="turns", show_default=True,
    help="turns: crops, quarter turns, mirrors. none: images as they are.",
)  # fmt: skip
@click.option("--save-every", default=100, show_default=True, help="Steps between checkpoints.")
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option("--resume", is_flag=True, help="Resume from the run's checkpoint.")
@compute_options()
def pairs(
    listing: Path,
    encoder: str,
    weights: str | None,
    activation: str | None,
    new: bool,
    output: Path,
    images: Path | None,
    long_texts: bool | None,
    balance: str,
    epochs: float,
    steps: int | None,
    minutes: float | None,
    batch: int,
    at_once: int,
    rate: float | None,
    held_out: float,
    augment: str,
    save_every: int,
    seed: int,
    resume: bool,
    device: str,
    precision: str,
) -> int:
    """Train on images with short and long texts, as DGTRS-CLIP is trained.

    LIST is a CSV file with the columns file, short and long, or one JSON object per line. One of
    the two texts may be missing; identical texts are not used as negatives. The folder of the run
    gets weights.safetensors, for --weights, and the loss as loss.csv and loss.png.

    \b
      geosearch train pairs chips.csv --encoder mini -o runs/mine
      geosearch train pairs chips.csv --encoder remoteclip-vit-b-32 -o runs/long --stretch
      torchrun --nproc-per-node 2 -m geosearch train pairs chips.csv --encoder mini -o runs/mine
    """
    from geosearch.cli.output.reporter import CONSOLE
    from geosearch.encoders import with_activation
    from geosearch.training import Tuning, read_balance, train_pairs

    name = with_activation(encoder, activation)
    tuning = Tuning(
        encoder=name,
        weights=None if weights is None else Path(weights),
        new=new,
        long_texts=long_texts,
        balance=read_balance(balance),
        epochs=epochs,
        batch=batch,
        rate=rate,
        held_out=held_out,
        augment=augment,
        seed=seed,
        device=device,
        precision=precision,
        at_once=at_once,
    )
    done = train_pairs(
        listing,
        output,
        tuning,
        images=images,
        steps=steps,
        minutes=minutes,
        save_every=save_every,
        resume=resume,
        reporter=CONSOLE,
    )
    print_refusals(done.refused)
    for which, figures in done.figures.items():
        found = ", ".join(f"{kind} {value}" for kind, value in figures.items())
        CONSOLE.say(f"{which}: {found}")
    if done.chosen:
        CONSOLE.say(
            f"{done.weights}: {done.steps} steps in {done.seconds:.0f} s, {done.chosen} weights; "
            f"use them with --encoder {name} --weights {done.weights}"
        )
    return 3 if done.refused else 0
