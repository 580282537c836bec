"""A whole training run of `mini`: sets in, one file of weights out."""

import copy
import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from geosearch.encoders import mini
from geosearch.outputs import require_folder
from geosearch.reporting import LOG, Reporter
from geosearch.training import (
    Batches,
    PrefetchedBatches,
    Settings,
    Trained,
    keep_freed_memory,
    public_towers,
    quicken,
    require_checkpoint,
    train,
)
from workshop.mini.figures.held_out import judge
from workshop.mini.learning.learner import MiniLearner, Rates
from workshop.mini.pictures.corpus import Batch
from workshop.mini.pictures.sets import HeldOut, Sizes, read_sets

_CURVES = ("eurosat_top1", "ucm_mr", "ucm_p10", "rsicd_mr", "rsicd_p10", "demo_mean_ap")
_CHOSEN_BY = ("eurosat_top1", "ucm_p10", "rsicd_p10", "demo_mean_ap")
_WEIGHTS = "mini.safetensors"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What may be chosen apart from time and data."""

    rates: Rates = field(default_factory=Rates)
    batch_times: int = 1
    """How many times the usual batch of 232; the rates grow with its square root."""
    device: str = "cpu"
    """Where to compute: ``cpu`` or ``cuda``."""


@dataclass(frozen=True, slots=True)
class MiniRun:
    """What a run ends with."""

    weights: Path
    """To be given with ``--encoder mini --weights``."""
    chosen: str
    """``average`` or ``last``: which of the two the weights are."""
    figures: dict[str, dict[str, Any]]
    """Of both, on what was held out."""
    steps: int
    seconds: float


def train_mini(
    data: Path,
    out: Path,
    settings: Settings,
    recipe: Recipe,
    *,
    seed: int = 0,
    start: Path | None = None,
    resume: bool = False,
    reporter: Reporter = LOG,
    sizes: Sizes | None = None,
) -> MiniRun:
    """Train `mini` on the sets in a folder.

    Writes into ``out``: ``mini.safetensors`` (the better of the last and the averaged weights, both
    of which are there too), ``settings.json``, ``figures.json``, the loss and the figures over the
    steps as tables and pictures, and a checkpoint to go on from.

    Args:
        data: Folder of the sets, as of :func:`read_sets`.
        out: The run's folder.
        settings: How long, and how the rate falls.
        recipe: How fast, how much at once and where.
        seed: Random seed of what is drawn, held out and begun with.
        start: Weights to begin from; None for the public ones of the two towers.
        resume: Go on from the checkpoint in ``out``.
        reporter: Receives the progress.
        sizes: How much is drawn.

    Raises:
        UsageError: Data is missing.
        EncoderError: A package that training needs is missing.
    """
    if resume:
        require_checkpoint(out)
    require_folder(out)
    about: dict[str, object] = {"seed": seed, "start": start.name if start else "public weights"}
    about |= {**asdict(settings), **asdict(recipe)}
    (out / "settings.json").write_text(json.dumps(about, indent=1) + "\n")
    image, text = _towers(seed, start)
    sets = read_sets(
        data, sizes or Sizes(), seed=seed, batch_times=recipe.batch_times, reporter=reporter
    )
    corpus = sets.corpus(text.sentences, seed=seed, reporter=reporter)
    learner = MiniLearner(image, text.head, _rates(recipe)).train().to(recipe.device)

    def figures(learner: MiniLearner) -> dict[str, float]:
        found = judge(_encoder(learner, text), sets.held_out)
        return {name: float(found[name]) for name in _CURVES}

    def trained_on(batches: Batches[Batch]) -> Trained[MiniLearner]:
        return train(
            batches, learner, settings, out, resume=resume, reporter=reporter, judge=figures
        )

    trained = _quickly(corpus, image, recipe.device, trained_on)
    about |= {"steps": trained.steps, "seconds": round(trained.seconds)}
    return _choose(trained, text, sets.held_out, out, about)


def _towers(seed: int, start: Path | None) -> tuple[mini.ImageTower, mini.TextTower]:
    if start is None:
        return public_towers(seed)
    image, text = mini.read(start)
    image.requires_grad_(True)
    text.head.requires_grad_(True)
    torch.manual_seed(seed)
    return image, text


def _rates(recipe: Recipe) -> Rates:
    # Adam's noise falls with the root of the batch (Malladi et al., arXiv 2205.10287)
    times = math.sqrt(recipe.batch_times)
    return Rates(recipe.rates.tower * times, recipe.rates.head * times)


def _quickly(
    corpus: Batches[Batch],
    image: mini.ImageTower,
    device: str,
    run: Callable[[Batches[Batch]], Trained[MiniLearner]],
) -> Trained[MiniLearner]:
    """Train as the device does it best: a CPU has no threads left to make batches ahead."""
    if device == "cpu":
        keep_freed_memory()
        quicken(image)
        return run(corpus)
    ahead = PrefetchedBatches(corpus, max((os.cpu_count() or 2) - 1, 1))
    try:
        return run(ahead)
    finally:
        ahead.close()


def _choose(
    trained: Trained[MiniLearner],
    text: mini.TextTower,
    held_out: HeldOut,
    out: Path,
    about: dict[str, object],
) -> MiniRun:
    """Write both sets of weights, and the better one again under its plain name."""
    files, figures = {}, {}
    for name, learner in (("last", trained.last), ("average", trained.average)):
        files[name] = out / f"mini-{name}.safetensors"
        _save(files[name], learner.to("cpu"), text, {**about, "weights": name})
        figures[name] = judge(mini.load(weights=files[name], device="cpu"), held_out)
    chosen = max(figures, key=lambda name: sum(figures[name][one] for one in _CHOSEN_BY))
    (out / _WEIGHTS).write_bytes(files[chosen].read_bytes())
    kept = json.dumps({"chosen": chosen, **figures}, indent=1)
    (out / "figures.json").write_text(kept + "\n")
    return MiniRun(out / _WEIGHTS, chosen, figures, trained.steps, trained.seconds)


def _encoder(learner: MiniLearner, text: mini.TextTower) -> mini.MiniEncoder:
    """Return an encoder with a copy of what is being trained."""
    copied = copy.deepcopy(learner).to("cpu").eval()
    said = copy.deepcopy(text)
    said.head = copied.head
    arrays = {key: tensor.detach().numpy() for key, tensor in said.state_dict().items()}
    return mini.MiniEncoder(lambda: copied.image, arrays, fingerprint="in training")


def _save(path: Path, learner: MiniLearner, text: mini.TextTower, about: dict[str, object]) -> None:
    text.head.load_state_dict(learner.head.state_dict())
    mini.save(path, learner.image, text, {key: str(value) for key, value in about.items()})
