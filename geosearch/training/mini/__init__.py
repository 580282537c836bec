"""Training of `mini`, the embedded encoder; ``scripts/train_mini`` calls it."""

from geosearch.training.mini.datasets import Pictures, read_eurosat, read_rsicd, read_ucm
from geosearch.training.mini.drawn import draw_afar, draw_demo, draw_nothing
from geosearch.training.mini.learner import Rates
from geosearch.training.mini.objective import matches, neighbours_loss
from geosearch.training.mini.run import HeldOut, Recipe, Run, Sizes, held_out_sets, train_mini

__all__ = [
    "HeldOut",
    "Pictures",
    "Rates",
    "Recipe",
    "Run",
    "Sizes",
    "draw_afar",
    "draw_demo",
    "draw_nothing",
    "held_out_sets",
    "matches",
    "neighbours_loss",
    "read_eurosat",
    "read_rsicd",
    "read_ucm",
    "train_mini",
]
