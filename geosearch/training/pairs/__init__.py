"""Training on the user's own image-text pairs, the way DGTRS-CLIP is trained."""

from geosearch.training.pairs.balance import Balance, read_balance
from geosearch.training.pairs.run import Tuned, Tuning, train_pairs

__all__ = ["Balance", "Tuned", "Tuning", "read_balance", "train_pairs"]
