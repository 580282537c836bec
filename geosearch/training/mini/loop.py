"""The training loop: the image tower and both ends of the shared space; the texts stay frozen."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import torch
from torch import nn
from torch.nn import functional

from geosearch.encoders import mini
from geosearch.errors import UsageError
from geosearch.progress import Note
from geosearch.training.mini.ahead import Ahead, Batches
from geosearch.training.mini.allocation import keep_freed_memory
from geosearch.training.mini.average import Average
from geosearch.training.mini.corpus import Batch
from geosearch.training.mini.curve import (
    Figures,
    Point,
    draw_figures_png,
    draw_png,
    read_csv,
    read_figures_csv,
    write_csv,
    write_figures_csv,
)
from geosearch.training.mini.depthwise import quicken
from geosearch.training.mini.objective import contrastive_loss, neighbours_loss

_MEASURED = (10, 40)
"""Steps over which the speed is measured that decides how many there will be."""

_HIGHEST_SCALE = 60.0
_NEIGHBOURS_SCALE, _NEIGHBOURS_WEIGHT = 20.0, 0.5
_NOTED = 25
"""Steps between lines that say how it goes."""

_CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast to learn."""

    minutes: float = 90.0
    """How long the steps may take; decides their number after the first few dozen."""
    steps: int | None = None
    """Their number, where a run is to be repeated exactly."""
    tower_rate: float = 3e-4
    head_rate: float = 1e-3
    """Learning rates of the image tower, and of projection, head and temperature."""
    weight_decay: float = 0.02
    warm_up_steps: int = 60
    average_steps: float = 200.0
    """How far the running average of the weights reaches back."""
    save_every: int = 100
    """Steps between checkpoints."""
    judge_every: int = 500
    """Steps between judgements of what is held out."""
    device: str = "cpu"
    """Where to compute: ``cpu`` or ``cuda``."""
    batch_times: int = 1
    """How many times the usual batch; the rates grow with its square root."""


class Learner(nn.Module):
    """What is trained: the image tower, the text head and the temperature."""

    def __init__(self, image: mini.ImageTower, head: mini.Head) -> None:
        super().__init__()
        self.image = image.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.head = head
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch, float32 []."""
        images = batch.images.to(memory_format=torch.channels_last)
        with torch.autocast(images.device.type, torch.bfloat16):
            seen = self.image(images)
        seen = functional.normalize(seen.float(), dim=-1)
        said = functional.normalize(self.head(batch.sentences), dim=-1)
        scale = self.log_scale.exp().clamp(max=_HIGHEST_SCALE)
        loss = contrastive_loss(scale * said @ seen.T, batch.found)
        before = functional.normalize(batch.unpictured, dim=-1)
        after = functional.normalize(self.head(batch.unpictured), dim=-1)
        return loss + _NEIGHBOURS_WEIGHT * neighbours_loss(before, after, _NEIGHBOURS_SCALE)


Judge = Callable[[Learner], dict[str, float]]
"""Says how good a learner is; may not change it."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run ends with."""

    last: Learner
    average: Learner
    steps: int
    seconds: float


@dataclass
class _State:
    """Where a run is."""

    learner: Learner
    average: Average[Learner]
    optimizer: torch.optim.Optimizer
    total: int | None
    """How many steps there will be; None until the speed is known."""
    step: int = 0
    seconds: float = 0.0
    points: list[Point] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)


def train(
    corpus: Batches,
    image: mini.ImageTower,
    head: mini.Head,
    settings: Settings,
    out: Path,
    *,
    resume: bool,
    note: Note,
    judge: Judge | None = None,
) -> Trained:
    """Train until the time is over; writes checkpoint, ``loss.csv`` and ``loss.png`` into ``out``.

    Args:
        corpus: Gives the batches.
        image: Start of the image tower; changed in place.
        head: Start of the text head; changed in place.
        settings: How long and how fast.
        out: The run's folder.
        resume: Go on from the checkpoint in it.
        note: Is told how it goes.
        judge: Says now and then how good the averaged weights are; writes ``figures.csv`` and
            ``figures.png``.

    Raises:
        UsageError: There is no checkpoint to go on from.
    """
    if settings.device == "cpu":
        keep_freed_memory()
        quicken(image)
        state = _state(image, head, settings, out, resume)
        return _train(state, corpus, settings, out, note, judge)
    ahead = Ahead(corpus, max((os.cpu_count() or 2) - 1, 1))
    try:
        return _train(_state(image, head, settings, out, resume), ahead, settings, out, note, judge)
    finally:
        ahead.close()


def _state(
    image: mini.ImageTower, head: mini.Head, settings: Settings, out: Path, resume: bool
) -> _State:
    learner = Learner(image, head).train().to(settings.device)
    average = Average(learner, settings.average_steps)
    state = _State(learner, average, _optimizer(learner, settings), settings.steps)
    if resume:
        _restore(state, out)
    return state


def _train(
    state: _State,
    batches: Batches,
    settings: Settings,
    out: Path,
    note: Note,
    judge: Judge | None,
) -> Trained:
    started, measured = perf_counter() - state.seconds, 0.0
    while state.total is None or state.step < state.total:
        if state.step == _MEASURED[0]:
            measured = perf_counter()
        if state.step == _MEASURED[1] and state.total is None:
            a_step = (perf_counter() - measured) / (state.step - _MEASURED[0])
            left = 60 * settings.minutes - (perf_counter() - started)
            state.total = state.step + max(int(left / a_step), 1)
            note(f"{a_step:.2f} s a step: {state.total} steps")
        _one_step(state, batches.batch(state.step).to(settings.device), settings, started)
        if state.step % _NOTED == 0:
            note(_progress(state))
        if state.step == state.total or (state.total and state.step % settings.save_every == 0):
            _keep(state, out)
        if judge and (state.step == state.total or state.step % settings.judge_every == 0):
            _judge(state, judge, out, note)
            started = perf_counter() - state.seconds  # judging is no training
    last, average = (module.eval().to("cpu") for module in (state.learner, state.average.module))
    return Trained(last, average, state.step, state.seconds)


def _one_step(state: _State, batch: Batch, settings: Settings, started: float) -> None:
    rate = _rate(state.step, state.total, settings.warm_up_steps)
    _set_rate(state.optimizer, settings, rate)
    loss = state.learner(batch)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    state.optimizer.step()
    state.average.follow(state.learner, state.step)
    state.seconds = perf_counter() - started
    scale = state.learner.log_scale.exp().item()
    state.points.append(
        Point(
            step=state.step,
            seconds=round(state.seconds, 1),
            loss=loss.item(),
            logit_scale=round(scale, 3),
            rate=round(rate, 5),
        )
    )
    state.step += 1


def _progress(state: _State) -> str:
    recent = [point.loss for point in state.points[-_NOTED:]]
    loss = sum(recent) / len(recent)
    return f"step {state.step} of {state.total or '?'}: loss {loss:.3f}, {state.seconds:.0f} s"


def _judge(state: _State, judge: Judge, out: Path, note: Note) -> None:
    found = judge(state.average.module)
    state.figures.append({"step": state.step, **found})
    write_figures_csv(out / "figures.csv", state.figures)
    draw_figures_png(out / "figures.png", state.figures)
    note(", ".join(f"{name} {value}" for name, value in found.items()))


def _optimizer(learner: Learner, settings: Settings) -> torch.optim.Optimizer:
    fast = [*learner.head.parameters(), *learner.image.projection.parameters()]
    new = {id(parameter) for parameter in fast}
    tower = [parameter for parameter in learner.image.parameters() if id(parameter) not in new]
    return torch.optim.AdamW(
        [
            {"params": tower, "lr": settings.tower_rate},
            {"params": fast, "lr": settings.head_rate},
            # the temperature is no weight: nothing pulls it to zero
            {"params": [learner.log_scale], "lr": settings.head_rate, "weight_decay": 0.0},
        ],
        weight_decay=settings.weight_decay,
    )


def _rate(step: int, total: int | None, warm_up: int) -> float:
    """Return the share of the full rate: up in a line, then down a cosine to a fiftieth."""
    up = min(1.0, (step + 1) / warm_up)
    if total is None:  # not known in the first steps, which the warm-up covers
        return up
    return up * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / total)))


def _set_rate(optimizer: torch.optim.Optimizer, settings: Settings, share: float) -> None:
    # Adam's noise falls with the root of the batch (Malladi et al., arXiv 2205.10287)
    share *= math.sqrt(settings.batch_times)
    full = (settings.tower_rate, settings.head_rate, settings.head_rate)
    for group, rate in zip(optimizer.param_groups, full, strict=True):
        group["lr"] = rate * share


def _keep(state: _State, out: Path) -> None:
    """Write the curve so far and a checkpoint to go on from."""
    write_csv(out / "loss.csv", state.points)
    draw_png(out / "loss.png", state.points)
    beside = out / (_CHECKPOINT + ".new")
    kept = {
        "learner": state.learner.state_dict(),
        "average": state.average.module.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "step": state.step,
        "total": state.total,
        "seconds": state.seconds,
    }
    torch.save(kept, beside)
    beside.replace(out / _CHECKPOINT)  # whole, or not at all


def _restore(state: _State, out: Path) -> None:
    path = out / _CHECKPOINT
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UsageError(
            f"no checkpoint {path} to go on from", hint="leave --resume out to begin anew"
        ) from error
    state.learner.load_state_dict(kept["learner"])
    state.average.module.load_state_dict(kept["average"])
    state.optimizer.load_state_dict(kept["optimizer"])
    state.step, state.total, state.seconds = kept["step"], kept["total"], kept["seconds"]
    figures = read_figures_csv(out / "figures.csv")
    state.figures = [row for row in figures if row["step"] <= state.step]
    state.points = [point for point in read_csv(out / "loss.csv") if point.step < state.step]
