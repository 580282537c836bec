"""Training on the user's own image-text pairs, the way DGTRS-CLIP is trained."""

from geosearch.training.pairs.balance import read_balance
from geosearch.training.pairs.run import Tuning, train_pairs

__all__ = ["Tuning", "read_balance", "train_pairs"]
