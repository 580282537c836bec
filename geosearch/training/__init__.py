"""Training of encoders: the encoders' workshop, apart from what a search needs.

``pairs`` adapts an encoder to the user's own images and texts, ``mini`` makes the one that comes
along; both run in the same loop. Importing this costs nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.training.loop import Settings
    from geosearch.training.mini import Rates, Recipe, held_out_sets, train_mini
    from geosearch.training.pairs import Balance, Tuned, Tuning, read_balance, train_pairs

__all__ = [
    "Balance",
    "Rates",
    "Recipe",
    "Settings",
    "Tuned",
    "Tuning",
    "held_out_sets",
    "read_balance",
    "train_mini",
    "train_pairs",
]

_HOME = {
    "Settings": "loop",
    "Rates": "mini",
    "Recipe": "mini",
    "held_out_sets": "mini",
    "train_mini": "mini",
    "Balance": "pairs",
    "Tuned": "pairs",
    "Tuning": "pairs",
    "read_balance": "pairs",
    "train_pairs": "pairs",
}

__getattr__ = lazy_names(__name__, _HOME)
