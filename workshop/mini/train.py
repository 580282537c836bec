"""Retrain the bundled encoder on its own sets."""

from pathlib import Path

import click

from geosearch.encoders import resolve_device
from geosearch.reporting import CONSOLE
from geosearch.training import Settings
from workshop.mini.learning.learner import Rates
from workshop.mini.learning.run import Recipe, train_mini

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Retrain the bundled encoder.")
@click.argument("data", metavar="DATA", type=_FOLDER)
@click.option("-o", "--output", required=True, type=_FOLDER, help="Folder of the run.")
@click.option("--minutes", default=90.0, show_default=True, help="Time for the steps.")
@click.option(
    "--steps", type=click.IntRange(1), help="Number of steps: a run that repeats exactly."
)
@click.option("--start", type=_FILE, help="Weights to begin from.")
@click.option("--tower-rate", default=3e-4, show_default=True, help="Rate of the image tower.")
@click.option(
    "--head-rate", default=1e-3, show_default=True, help="Rate of projection and text head."
)
@click.option(
    "--batch-times",
    type=click.IntRange(1),
    help="Multiple of the usual batch of 232. Default: 4 on a GPU, else 1.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option("--resume", is_flag=True, help="Go on from the run's checkpoint.")
def train(
    data: Path,
    output: Path,
    minutes: float,
    steps: int | None,
    start: Path | None,
    tower_rate: float,
    head_rate: float,
    batch_times: int | None,
    device: str,
    seed: int,
    resume: bool,
) -> None:
    """Train mini on RSICD, UCM-Captions, EuroSAT and scenes that geosearch draws.

    DATA holds rsicd.tar, dataset_rsicd.json, ucm_captions.tar, dataset_ucm.json, eurosat.tar and
    captions/. Needs the packages of the extra `train`.

    \b
      python -m workshop.mini train DATA -o runs/mini
    """
    device = resolve_device(device)
    done = train_mini(
        data,
        output,
        Settings(minutes=minutes, steps=steps),
        Recipe(Rates(tower_rate, head_rate), batch_times or (1 if device == "cpu" else 4), device),
        seed=seed,
        start=start,
        resume=resume,
        reporter=CONSOLE,
    )
    CONSOLE.say(
        f"{done.weights}: {done.steps} steps in {done.seconds:.0f} s, {done.chosen} weights"
    )
