"""A whole run on the user's own pairs: a list in, weights of the same encoder out."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

from geosearch.encoders import (
    encoder_info,
    new_clip_towers,
    read_clip_towers,
    read_siglip_towers,
    resolve_device,
    resolve_precision,
)
from geosearch.errors import Refusal, UsageError
from geosearch.outputs import require_folder
from geosearch.reporting import LOG, SILENT, Reporter
from geosearch.training.allocation import keep_freed_memory
from geosearch.training.loop import Settings, Trained, require_checkpoint, train
from geosearch.training.pairs.balance import Balance
from geosearch.training.pairs.batches import AUGMENTS, PairBatches
from geosearch.training.pairs.judging import HeldOutPairs
from geosearch.training.pairs.learner import Compute, PairsLearner, Towers
from geosearch.training.pairs.listing import Pair, parted, read_pairs
from geosearch.training.prefetch import PrefetchedBatches
from geosearch.training.ranks import Ranks, joined

_MINI, _SIGLIP = "mini", "siglip"
_WEIGHTS = "weights.safetensors"
_MIN_HELD_OUT = 10
"""Images below which nothing is held out: a recall of so few says nothing."""
_WARM_UP_FRACTION, _MAX_WARM_UP = 0.1, 200
_BATCHES_AHEAD = 2
_TUNING_RATE, _NEW_RATE = 1e-5, 5e-4


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is trained, and how."""

    encoder: str
    weights: Path | None = None
    """Where it starts from; None for the published weights."""
    new: bool = False
    """Start from nothing (OpenCLIP's architectures) or from public towers (``mini``)."""
    long_texts: bool | None = None
    """Stretch 77 tokens to 248; None if the list has long texts."""
    balance: Balance = field(default_factory=Balance)
    epochs: float = 10.0
    """How often each image is seen, where neither steps nor minutes are given."""
    batch: int = 128
    """Pairs per step, all processes together."""
    rate: float | None = None
    """Full learning rate; None for 1e-5, and 5e-4 for what starts from scratch and for ``mini``."""
    held_out: float = 0.05
    """Fraction of images held out for evaluation."""
    augment: str = "turns"
    """``turns`` (crops, quarter turns, mirrors) or ``none``."""
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    at_once: int = 64
    """Images whose activations are kept at once, per process."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a run on pairs ends with."""

    weights: Path
    """What the encoder that was trained takes as its weights."""
    chosen: str
    """``average`` or ``last``: which of the two the weights are."""
    figures: dict[str, dict[str, float]]
    """Of both, on what was held out; empty where nothing was."""
    steps: int
    seconds: float
    refused: tuple[Refusal, ...]
    """Lines of the list that were left out."""


def train_pairs(
    listing: Path,
    out: Path,
    tuning: Tuning,
    *,
    images: Path | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    save_every: int = 100,
    resume: bool = False,
    reporter: Reporter = LOG,
) -> Tuned:
    """Train an encoder on image-text pairs.

    Writes into ``out``: ``weights.safetensors``, ``settings.json``, ``figures.json``, the loss and
    the figures over the steps as tables and pictures, and a checkpoint to go on from.

    Args:
        listing: A CSV or JSON-lines file with the columns file, short and long.
        out: The run's folder.
        tuning: What is trained, and how.
        images: The folder that the list's paths start from; None for the list's own.
        steps: Number of steps; else by time, else by epochs.
        minutes: How long.
        save_every: Steps between checkpoints.
        resume: Go on from the checkpoint in ``out``.
        reporter: Receives the progress.

    Raises:
        UsageError: The list or a setting is invalid.
        EncoderError: The device is not available, or an image cannot be read.
        WeightsError: The weights are missing or do not fit.
    """
    _check(tuning)
    if resume:
        require_checkpoint(out)
    read = read_pairs(listing, images)
    fraction = tuning.held_out if tuning.held_out * len(read.pairs) >= _MIN_HELD_OUT else 0.0
    learned, held_out = parted(read.pairs, fraction, tuning.seed)
    require_folder(out)
    with joined(resolve_device(tuning.device)) as (ranks, device):
        if tuning.batch % ranks.count:
            raise UsageError(
                f"a batch of {tuning.batch} cannot be shared out to {ranks.count} processes",
                hint="give a `batch` that is a multiple of their number",
                parameter="batch",
            )
        told = reporter if ranks.first else SILENT
        told.say(f"{len(learned)} images to learn from, {len(held_out)} held out")
        settings = _settings(tuning, len(learned), steps, minutes, save_every)
        towers = _towers(tuning, learned)
        judged = HeldOutPairs(held_out, towers) if held_out and ranks.first else None
        learner = _learner(tuning, towers, device)
        batches = PairBatches(
            learned,
            towers.fit,
            tuning.batch,
            augment=AUGMENTS[tuning.augment],
            seed=tuning.seed,
            ranks=ranks,
        )
        trained = _trained(batches, learner, settings, out, judged, resume, told, ranks)
        if not ranks.first:
            return Tuned(out / _WEIGHTS, "", {}, trained.steps, trained.seconds, read.refused)
        about = {"list": listing.name, **asdict(tuning), "balance": str(tuning.balance)}
        _write_json(out / "settings.json", {**about, **asdict(settings)})
        chosen, figures = _choose(trained, judged, out)
    return Tuned(out / _WEIGHTS, chosen, figures, trained.steps, trained.seconds, read.refused)


def _check(tuning: Tuning) -> None:
    if tuning.augment not in AUGMENTS:
        raise UsageError(
            f"unknown augmentation {tuning.augment!r}",
            hint=f"use {' or '.join(AUGMENTS)}",
            parameter="augment",
        )
    if tuning.batch < 2:
        raise UsageError(
            f"a batch of {tuning.batch} has nothing to tell apart",
            hint="give a `batch` of 2 or more",
            parameter="batch",
        )
    if tuning.at_once < 1 or tuning.epochs <= 0 or not 0 <= tuning.held_out < 1:
        raise UsageError(
            f"at_once {tuning.at_once}, epochs {tuning.epochs}, held out {tuning.held_out}: "
            "one of them is invalid",
            hint="at_once is 1 or more, epochs are more than 0, held out is a fraction below 1",
        )
    if tuning.rate is not None and not 0 < tuning.rate < math.inf:
        raise UsageError(
            f"a rate of {tuning.rate}",
            hint="give a `rate` above 0, such as 1e-5",
            parameter="rate",
        )
    resolve_precision("cpu", tuning.precision)  # refuses an unknown one
    if tuning.new and tuning.weights:
        raise UsageError(
            "both `new` and `weights` are given", hint="omit one of them", parameter="weights"
        )


def _settings(
    tuning: Tuning, images: int, steps: int | None, minutes: float | None, save_every: int
) -> Settings:
    if steps is None and minutes is None:
        steps = max(math.ceil(tuning.epochs * images / tuning.batch), 1)
    warm_up = _MAX_WARM_UP if steps is None else round(_WARM_UP_FRACTION * steps)
    return Settings(
        minutes=minutes or math.inf,
        steps=steps,
        warm_up_steps=max(min(warm_up, _MAX_WARM_UP), 1),
        lowest_rate=0.0,
        weight_decay=0.01,  # as Long-CLIP's training script
        average_steps=max((steps or 1000) / 10, 10),
        save_every=save_every,
        judge_every=max((steps or 1000) // 10, 50),
    )


def _towers(tuning: Tuning, learned: Sequence[Pair]) -> Towers:
    info = encoder_info(tuning.encoder)
    if info.family == _MINI:
        from geosearch.training.pairs.mini_towers import new_mini, tuned_mini

        return new_mini(tuning.seed) if tuning.new else tuned_mini(tuning.weights)
    if info.family == _SIGLIP and not tuning.new:
        return cast(Towers, read_siglip_towers(info, tuning.weights))
    long_texts = tuning.long_texts
    if long_texts is None:
        long_texts = any(pair.long for pair in learned)
    if tuning.new:
        towers = new_clip_towers(info, long_texts=long_texts, seed=tuning.seed)
    else:
        towers = read_clip_towers(info, tuning.weights, long_texts=long_texts)
    return cast(Towers, towers)


def _learner(tuning: Tuning, towers: Towers, device: str) -> PairsLearner:
    from_scratch = tuning.new or encoder_info(tuning.encoder).family == _MINI
    rate = tuning.rate or (_NEW_RATE if from_scratch else _TUNING_RATE)
    bf16 = resolve_precision(device, tuning.precision) != "float32"
    return PairsLearner(towers, tuning.balance, rate, Compute(device, bf16, tuning.at_once))


def _trained(
    batches: PairBatches,
    learner: PairsLearner,
    settings: Settings,
    out: Path,
    judged: HeldOutPairs | None,
    resume: bool,
    reporter: Reporter,
    ranks: Ranks,
) -> Trained[PairsLearner]:
    def judge(learner: PairsLearner) -> dict[str, float]:
        return judged.judge(learner.towers) if judged is not None else {}

    asked = judge if judged is not None else None
    keep_freed_memory()
    ahead = PrefetchedBatches(batches, _BATCHES_AHEAD)
    try:
        return train(
            ahead,
            learner,
            settings,
            out,
            resume=resume,
            reporter=reporter,
            judge=asked,
            ranks=ranks,
        )
    finally:
        ahead.close()


def _choose(
    trained: Trained[PairsLearner], judged: HeldOutPairs | None, out: Path
) -> tuple[str, dict[str, dict[str, float]]]:
    """Write the better of the two sets of weights; return which, and the figures of both."""
    learners = {"average": trained.average, "last": trained.last}
    figures = {}
    if judged is not None:
        figures = {name: judged.judge(one.towers) for name, one in learners.items()}
    chosen = max(figures, key=lambda name: sum(figures[name].values()), default="last")
    learners[chosen].towers.save(out / _WEIGHTS)
    _write_json(out / "figures.json", {"chosen": chosen, **figures})
    return chosen, figures


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=1, default=str) + "\n")
