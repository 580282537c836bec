"""The training loop of all recipes: a schedule, a running average, a curve, exact resumption.

A batch is a pure function of its number, and a checkpoint holds all else that a step depends on:
so a run that was killed and goes on ends as one that was not.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import nn

from geosearch.atomic_write import atomic_write
from geosearch.errors import UsageError
from geosearch.progress import duration
from geosearch.reporting import EACH_LINE_S, FIRST_LINE_S, Reporter
from geosearch.training.average import Average
from geosearch.training.curve import (
    Figures,
    Point,
    draw_figures_png,
    draw_png,
    read_csv,
    read_figures_csv,
    write_csv,
    write_figures_csv,
)
from geosearch.training.ranks import ALONE, Ranks

_MEASURED = (10, 40)
"""Steps over which the speed is measured that decides how many there will be."""

_NOTED = 25
"""Steps between lines that say how it goes, unless they take longer than lines should."""

_CHECKPOINT = "checkpoint.pt"

B = TypeVar("B")
B_co = TypeVar("B_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast to learn."""

    minutes: float = 90.0
    """How long the steps may take; decides their number after the first few dozen."""
    steps: int | None = None
    """Their number, where a run is to be repeated exactly."""
    warm_up_steps: int = 60
    lowest_rate: float = 0.02
    """Where the rate ends, as a fraction of the full one."""
    weight_decay: float = 0.02
    average_steps: float = 200.0
    """How far the running average of the weights reaches back."""
    save_every: int = 100
    """Steps between checkpoints."""
    judge_every: int = 500
    """Steps between judgements of what is held out."""


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that learn alike."""

    parameters: tuple[nn.Parameter, ...]
    rate: float
    """Full learning rate."""
    decays: bool = True
    """Whether they are pulled to zero."""


class Learner(nn.Module, Generic[B]):
    """What is trained, whatever its towers and its loss."""

    def factor(self) -> float:
        """Return what the loss multiplies cosines by."""
        raise NotImplementedError

    def learn(self, batch: B, done: float, ranks: Ranks) -> float:
        """Compute the loss of a batch and its gradients.

        Args:
            batch: What to learn from.
            done: Fraction of the run that is over, 0..1; 0 while its length is unknown.
            ranks: The processes that share the batch.
        """
        raise NotImplementedError

    def groups(self) -> list[Group]:
        """Return all parameters that learn."""
        raise NotImplementedError


class Batches(Protocol[B_co]):
    """Gives batches by number, always the same one for a number."""

    def batch(self, number: int) -> B_co:
        """Return a batch, counted from 0."""


L = TypeVar("L", bound=Learner[Any])
Judge = Callable[[L], dict[str, float]]
"""Says how good a learner is; may not change it."""


@dataclass(frozen=True, slots=True)
class Trained(Generic[L]):
    """What a run ends with."""

    last: L
    average: L
    steps: int
    seconds: float


@dataclass
class _State(Generic[L]):
    """Where a run is."""

    learner: L
    average: Average[L]
    optimizer: torch.optim.Optimizer
    full_rates: tuple[float, ...]
    """Of the optimizer's groups."""
    total: int | None
    """Number of steps of the run; None until the speed is known."""
    step: int = 0
    seconds: float = 0.0
    points: list[Point] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)


def train(
    batches: Batches[Any],
    learner: L,
    settings: Settings,
    out: Path,
    *,
    resume: bool,
    reporter: Reporter,
    judge: Judge[L] | None = None,
    ranks: Ranks = ALONE,
) -> Trained[L]:
    """Train until the time is over; writes checkpoint, ``loss.csv`` and ``loss.png`` into ``out``.

    Args:
        batches: Gives what to learn from, on the learner's device.
        learner: What learns; changed in place.
        settings: How long and how fast.
        out: The run's folder.
        resume: Go on from the checkpoint in it.
        reporter: Receives the progress.
        judge: Says now and then how good the averaged weights are; writes ``figures.csv`` and
            ``figures.png``.
        ranks: The processes that train together; the first one writes.

    Raises:
        UsageError: There is no checkpoint to go on from.
    """
    state = _begin(learner, settings)
    if resume:
        _restore(state, out)
    started, measured = perf_counter() - state.seconds, 0.0
    due = perf_counter() + FIRST_LINE_S
    while state.total is None or state.step < state.total:
        if state.step == _MEASURED[0]:
            measured = perf_counter()
        if state.step == _MEASURED[1] and state.total is None:
            a_step = (perf_counter() - measured) / (state.step - _MEASURED[0])
            left = 60 * settings.minutes - (perf_counter() - started)
            state.total = ranks.agreed(state.step + max(int(left / a_step), 1))
            reporter.say(f"{a_step:.2f} s per step: {state.total} steps")
        _one_step(state, batches.batch(state.step), settings, started, ranks)
        if state.step % _NOTED == 0 or perf_counter() >= due:
            reporter.say(_progress(state))
            due = perf_counter() + EACH_LINE_S
        over = state.step == state.total
        if ranks.first and (over or (state.total and state.step % settings.save_every == 0)):
            _keep(state, out)
        if ranks.first and judge and (over or state.step % settings.judge_every == 0):
            _judge(state, judge, out, reporter)
            started = perf_counter() - state.seconds  # judging is not training
    return Trained(learner.eval(), state.average.module.eval(), state.step, state.seconds)


def _begin(learner: L, settings: Settings) -> _State[L]:
    groups = learner.groups()
    optimizer = torch.optim.AdamW(
        [
            {
                "params": list(group.parameters),
                "lr": group.rate,
                "weight_decay": settings.weight_decay if group.decays else 0.0,
            }
            for group in groups
        ]
    )
    average = Average(learner, settings.average_steps)
    rates = tuple(group.rate for group in groups)
    return _State(learner, average, optimizer, rates, settings.steps)


def _one_step(
    state: _State[L], batch: Any, settings: Settings, started: float, ranks: Ranks
) -> None:
    fraction = rate_fraction(state.step, state.total, settings)
    for group, full in zip(state.optimizer.param_groups, state.full_rates, strict=True):
        group["lr"] = full * fraction
    state.optimizer.zero_grad(set_to_none=True)
    loss = state.learner.learn(batch, state.step / state.total if state.total else 0.0, ranks)
    state.optimizer.step()
    state.average.follow(state.learner, state.step)
    state.seconds = perf_counter() - started
    state.points.append(
        Point(
            step=state.step,
            seconds=round(state.seconds, 1),
            loss=loss,
            logit_scale=round(state.learner.factor(), 3),
            rate=round(fraction, 5),
        )
    )
    state.step += 1


def rate_fraction(step: int, total: int | None, settings: Settings) -> float:
    """Return the fraction of the full rate: up in a line, then down a cosine to the lowest."""
    up = min(1.0, (step + 1) / max(settings.warm_up_steps, 1))
    if total is None:  # not known in the first steps, which the warm-up covers
        return up
    cosine = 0.5 * (1 + math.cos(math.pi * step / total))
    return up * (settings.lowest_rate + (1 - settings.lowest_rate) * cosine)


def _progress(state: _State[L]) -> str:
    recent = [point.loss for point in state.points[-_NOTED:]]
    loss = sum(recent) / len(recent)
    if state.total is None:
        return f"step {state.step} of ?: loss {loss:.3f}, {state.seconds:.0f} s"
    left = duration(state.seconds * (state.total - state.step) / state.step)
    return (
        f"step {state.step} of {state.total} ({state.step / state.total:.0%}): loss {loss:.3f}, "
        f"{state.seconds:.0f} s, about {left} left"
    )


def _judge(state: _State[L], judge: Judge[L], out: Path, reporter: Reporter) -> None:
    found = judge(state.average.module)
    state.figures.append({"step": state.step, **found})
    write_figures_csv(out / "figures.csv", state.figures)
    draw_figures_png(out / "figures.png", state.figures)
    reporter.say(", ".join(f"{name} {value}" for name, value in found.items()))


def _keep(state: _State[L], out: Path) -> None:
    """Write the curve so far and a checkpoint to go on from."""
    write_csv(out / "loss.csv", state.points)
    draw_png(out / "loss.png", state.points)
    kept = {
        "learner": state.learner.state_dict(),
        "average": state.average.module.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "step": state.step,
        "total": state.total,
        "seconds": state.seconds,
    }
    with atomic_write(out / _CHECKPOINT) as beside:
        torch.save(kept, beside)


def require_checkpoint(out: Path) -> None:
    """Refuse to go on where nothing was begun.

    Raises:
        UsageError: There is no checkpoint.
    """
    if not (out / _CHECKPOINT).is_file():
        raise UsageError(
            f"there is no checkpoint {out / _CHECKPOINT} to resume from",
            hint="omit `resume` to start again",
            parameter="resume",
        )


def _restore(state: _State[L], out: Path) -> None:
    require_checkpoint(out)
    kept = torch.load(out / _CHECKPOINT, map_location="cpu", weights_only=True)
    state.learner.load_state_dict(kept["learner"])
    state.average.module.load_state_dict(kept["average"])
    state.optimizer.load_state_dict(kept["optimizer"])
    state.step, state.total, state.seconds = kept["step"], kept["total"], kept["seconds"]
    figures = read_figures_csv(out / "figures.csv")
    state.figures = [row for row in figures if row["step"] <= state.step]
    state.points = [point for point in read_csv(out / "loss.csv") if point.step < state.step]
