"""Training of encoders, apart from what a search needs.

``pairs`` adapts an encoder to the user's own images and texts. The other names are for recipes of
one's own: they bring batches and a learner, and the loop does the rest. Importing this costs
nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.training.allocation import keep_freed_memory
    from geosearch.training.contrastive import contrastive_loss
    from geosearch.training.depthwise import quicken
    from geosearch.training.loop import (
        Batches,
        Group,
        Learner,
        Settings,
        Trained,
        require_checkpoint,
        train,
    )
    from geosearch.training.pairs import Tuning, read_balance, train_pairs
    from geosearch.training.prefetch import PrefetchedBatches
    from geosearch.training.public_towers import public_towers
    from geosearch.training.ranks import Ranks

__all__ = [
    "Batches",
    "Group",
    "Learner",
    "PrefetchedBatches",
    "Ranks",
    "Settings",
    "Trained",
    "Tuning",
    "contrastive_loss",
    "keep_freed_memory",
    "public_towers",
    "quicken",
    "read_balance",
    "require_checkpoint",
    "train",
    "train_pairs",
]

_HOME = {
    "keep_freed_memory": "allocation",
    "contrastive_loss": "contrastive",
    "quicken": "depthwise",
    "Batches": "loop",
    "Group": "loop",
    "Learner": "loop",
    "Settings": "loop",
    "Trained": "loop",
    "require_checkpoint": "loop",
    "train": "loop",
    "Tuning": "pairs",
    "read_balance": "pairs",
    "train_pairs": "pairs",
    "PrefetchedBatches": "prefetch",
    "public_towers": "public_towers",
    "Ranks": "ranks",
}

__getattr__ = lazy_names(__name__, _HOME)
