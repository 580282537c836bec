"""All sets that `mini` learns from, and what of them is held out."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import mini
from geosearch.reporting import Reporter
from workshop.mini.pictures.corpus import Corpus, SetShare
from workshop.mini.pictures.datasets import (
    Pictures,
    read_eurosat,
    read_rsicd,
    read_ucm,
    read_unpictured,
)
from workshop.mini.pictures.drawn import draw_demo, draw_overviews
from workshop.mini.pictures.negatives import draw_negatives

_NEGATIVES_PX = 128
_NEGATIVES_COUNT = 48
_DEMO_HELD_OUT = 500


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What is never trained on, to choose weights by and to report."""

    eurosat: Pictures
    ucm: Pictures
    rsicd: Pictures
    demo: Pictures


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is drawn: less in tests."""

    demo_chips: int = 16_000
    demo_held_out: int = _DEMO_HELD_OUT
    overviews: int = 6000
    negatives: int = 4000


@dataclass(frozen=True, slots=True)
class Sets:
    """What was read and drawn for one run."""

    shares: tuple[SetShare, ...]
    """How the sets take part in a batch."""
    negatives: NDArray[np.uint8]
    """uint8 [k, 128, 128, 3]: pictures that no text is true of."""
    negatives_count: int
    """How many of them a batch holds."""
    unpictured: tuple[str, ...]
    """Texts without a picture."""
    held_out: HeldOut

    def corpus(self, sentences: mini.SentenceEncoder, *, seed: int, reporter: Reporter) -> Corpus:
        """Return the batches of a run; the vectors of all texts are computed once, here."""
        return Corpus(
            self.shares,
            self.negatives,
            self.negatives_count,
            self.unpictured,
            sentences,
            seed=seed,
            reporter=reporter,
        )


def read_sets(data: Path, sizes: Sizes, *, seed: int, batch_times: int, reporter: Reporter) -> Sets:
    """Read RSICD, UCM-Captions and EuroSAT; draw the rest.

    Args:
        data: Folder with ``rsicd.tar``, ``ucm_captions.tar``, ``eurosat.tar`` and the captions.
        sizes: How much is drawn.
        seed: Random seed of what is drawn and held out.
        batch_times: How many times the usual batch of 232.
        reporter: Receives the progress.

    Raises:
        UsageError: Data is missing.
    """
    reporter.say("reading pictures")
    rsicd, ucm, eurosat = read_rsicd(data), read_ucm(data), read_eurosat(data, seed)
    reporter.say(f"drawing {sizes.demo_chips} demo chips and {sizes.overviews} overview scenes")
    processes = os.cpu_count() or 1
    demo = draw_demo(sizes.demo_chips, sizes.demo_held_out, seed, processes)
    overviews = draw_overviews(sizes.overviews, seed, processes)
    times = batch_times
    shares = (
        SetShare(rsicd.train, 70 * times, (0.5, 1.0), of_class=0.2, joined=0.1, widened=0.15),
        SetShare(ucm.train, 26 * times, (0.5, 1.0), of_class=0.2, joined=0.1, widened=0.15),
        SetShare(eurosat.train, 32 * times, (0.75, 1.0), of_class=1.0),
        SetShare(demo.train, 40 * times, (0.72, 0.92), of_class=1.0),
        SetShare(overviews, 16 * times, (0.5, 1.0), of_class=1.0),
    )
    return Sets(
        shares,
        draw_negatives(sizes.negatives, _NEGATIVES_PX, seed),
        _NEGATIVES_COUNT * times,
        tuple(read_unpictured(data)),
        HeldOut(eurosat.held_out, ucm.held_out, rsicd.held_out, demo.held_out),
    )


def held_out_sets(data: Path, seed: int, demo_chips: int = _DEMO_HELD_OUT) -> HeldOut:
    """Return what a run with this seed keeps from training.

    Args:
        data: Folder of the sets, as of :func:`read_sets`.
        seed: Of the run.
        demo_chips: How many are drawn.
    """
    rsicd, ucm, eurosat = read_rsicd(data), read_ucm(data), read_eurosat(data, seed)
    demo = draw_demo(1, demo_chips, seed, os.cpu_count() or 1)
    return HeldOut(eurosat.held_out, ucm.held_out, rsicd.held_out, demo.held_out)
