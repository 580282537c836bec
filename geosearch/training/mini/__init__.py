"""Training of `mini`, the embedded encoder; ``geosearch train mini`` calls it."""

from geosearch.training.mini.datasets import Pictures, read_eurosat, read_rsicd, read_ucm
from geosearch.training.mini.drawn import draw_afar, draw_demo
from geosearch.training.mini.learner import Rates
from geosearch.training.mini.nothing import draw_nothing
from geosearch.training.mini.objective import matches, neighbours_loss
from geosearch.training.mini.run import MiniRun, Recipe, train_mini
from geosearch.training.mini.sets import HeldOut, Sizes, held_out_sets

__all__ = [
    "HeldOut",
    "MiniRun",
    "Pictures",
    "Rates",
    "Recipe",
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
