"""A whole training run of `mini`: data in, two candidate files of weights out."""

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
from geosearch.progress import Note
from geosearch.training.ahead import Ahead
from geosearch.training.allocation import keep_freed_memory
from geosearch.training.loop import Batches, Settings, Trained, train
from geosearch.training.mini.corpus import Batch, Corpus, Share
from geosearch.training.mini.datasets import (
    Pictures,
    read_eurosat,
    read_rsicd,
    read_ucm,
    read_unpictured,
)
from geosearch.training.mini.depthwise import quicken
from geosearch.training.mini.drawn import draw_afar, draw_demo, draw_nothing
from geosearch.training.mini.learner import MiniLearner, Rates
from geosearch.training.mini.start import pretrained

_NOTHING_PX = 128
_NOTHING_COUNT = 32


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What is never trained on, to choose weights by and to report."""

    eurosat: Pictures
    ucm: Pictures
    rsicd: Pictures
    demo: Pictures


@dataclass(frozen=True)
class Sizes:
    """How much is drawn, and taken: smaller in tests."""

    demo_chips: int = 16_000
    demo_held_out: int = 500
    afar: int = 6000
    nothing: int = 3600


@dataclass(frozen=True, slots=True)
class Recipe:
    """What may be chosen apart from time and data."""

    rates: Rates = field(default_factory=Rates)
    batch_times: int = 1
    """How many times the usual batch of 216; the rates grow with its square root."""
    device: str = "cpu"
    """Where to compute: ``cpu`` or ``cuda``."""


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run's results are."""

    candidates: dict[str, Path]
    """``last`` and ``average``: weights files of the two."""
    held_out: HeldOut


def train_mini(
    data: Path,
    out: Path,
    settings: Settings,
    recipe: Recipe,
    *,
    seed: int,
    start: Path | None,
    resume: bool,
    note: Note,
    sizes: Sizes | None = None,
    judge: Callable[[mini.MiniEncoder, HeldOut], dict[str, Any]] | None = None,
) -> Run:
    """Train `mini` on the sets in a folder.

    Args:
        data: Folder with ``rsicd.tar``, ``ucm_captions.tar``, ``eurosat.tar`` and the captions.
        out: Folder of the run: checkpoint, curve, weights.
        settings: How long, and how the rate falls.
        recipe: How fast, how much at once and where.
        seed: Decides what is drawn, held out and begun with.
        start: Weights to begin from; None for the public ones of the two towers.
        resume: Go on from the checkpoint in ``out``.
        note: Is told how it goes.
        sizes: How much is drawn.
        judge: Says how good an encoder is on what is held out; asked now and then.

    Raises:
        UsageError: Data is missing.
        EncoderError: A package that training needs is missing.
    """
    sizes = sizes or Sizes()
    out.mkdir(parents=True, exist_ok=True)
    about: dict[str, object] = {"seed": seed, "start": start.name if start else "public weights"}
    about |= {**asdict(settings), **asdict(recipe)}
    (out / "settings.json").write_text(json.dumps(about, indent=1) + "\n")
    image, text = _towers(seed, start)
    note("reading pictures")
    rsicd, ucm, eurosat = read_rsicd(data), read_ucm(data), read_eurosat(data, seed)
    note(f"drawing {sizes.demo_chips} demo chips and {sizes.afar} views from afar")
    processes = os.cpu_count() or 1
    demo = draw_demo(sizes.demo_chips, sizes.demo_held_out, seed, processes)
    afar = draw_afar(sizes.afar, seed, processes)
    times = recipe.batch_times
    corpus = Corpus(
        (
            Share(rsicd.train, 70 * times, (0.5, 1.0), of_class=0.2, joined=0.1, widened=0.15),
            Share(ucm.train, 26 * times, (0.5, 1.0), of_class=0.2, joined=0.1, widened=0.15),
            Share(eurosat.train, 32 * times, (0.75, 1.0), of_class=1.0),
            Share(demo.train, 40 * times, (0.72, 0.92), of_class=1.0),
            Share(afar, 16 * times, (0.5, 1.0), of_class=1.0),
        ),
        draw_nothing(sizes.nothing, _NOTHING_PX, seed),
        _NOTHING_COUNT * times,
        read_unpictured(data),
        text.sentences,
        seed=seed,
        note=note,
    )
    held_out = HeldOut(eurosat.held_out, ucm.held_out, rsicd.held_out, demo.held_out)

    def judged(learner: MiniLearner) -> dict[str, float]:
        found = judge(_encoder(learner, text), held_out) if judge else {}
        return {name: float(value) for name, value in found.items()}

    learner = MiniLearner(image, text.head, _rates(recipe)).train().to(recipe.device)

    def trained_on(batches: Batches[Batch]) -> Trained[MiniLearner]:
        asked = judged if judge else None
        return train(batches, learner, settings, out, resume=resume, note=note, judge=asked)

    trained = _quickly(corpus, image, recipe.device, trained_on)
    note(f"{trained.steps} steps in {trained.seconds:.0f} s")
    about |= {"steps": trained.steps, "seconds": round(trained.seconds)}
    candidates = {}
    for name, learner in (("last", trained.last), ("average", trained.average)):
        candidates[name] = out / f"mini-{name}.safetensors"
        _save(candidates[name], learner, text, {**about, "weights": name})
    return Run(candidates, held_out)


def held_out_sets(data: Path, seed: int, demo_chips: int = Sizes.demo_held_out) -> HeldOut:
    """Return what a run with this seed keeps from training.

    Args:
        data: Folder of the sets, as of :func:`train_mini`.
        seed: Of the run.
        demo_chips: How many are drawn.
    """
    rsicd, ucm, eurosat = read_rsicd(data), read_ucm(data), read_eurosat(data, seed)
    demo = draw_demo(1, demo_chips, seed, os.cpu_count() or 1)
    return HeldOut(eurosat.held_out, ucm.held_out, rsicd.held_out, demo.held_out)


def _towers(seed: int, start: Path | None) -> tuple[mini.ImageTower, mini.TextTower]:
    if start is None:
        return pretrained(seed)
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
    corpus: Corpus,
    image: mini.ImageTower,
    device: str,
    run: Callable[[Batches[Batch]], Trained[MiniLearner]],
) -> Trained[MiniLearner]:
    """Train as the device does it best: a CPU has no threads left to make batches ahead."""
    if device == "cpu":
        keep_freed_memory()
        quicken(image)
        return run(corpus)
    ahead = Ahead(corpus, max((os.cpu_count() or 2) - 1, 1))
    try:
        return run(ahead)
    finally:
        ahead.close()


def _encoder(learner: MiniLearner, text: mini.TextTower) -> mini.MiniEncoder:
    """Return an encoder with a copy of what is being trained."""
    copied = copy.deepcopy(learner).to("cpu").eval()
    said = copy.deepcopy(text)
    said.head = copied.head
    return mini.MiniEncoder(copied.image, said, fingerprint="in training")


def _save(path: Path, learner: MiniLearner, text: mini.TextTower, about: dict[str, object]) -> None:
    text.head.load_state_dict(learner.head.state_dict())
    mini.save(path, learner.image, text, {key: str(value) for key, value in about.items()})
