"""How well towers find held-out images by their texts, and texts by images."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from geosearch.encoders import read_image
from geosearch.evaluation import recalls
from geosearch.training.pairs.learner import Towers
from geosearch.training.pairs.listing import Pair

_AT_ONCE = 64


class HeldOutPairs:
    """Images in memory, with their texts."""

    def __init__(self, pairs: Sequence[Pair], towers: Towers) -> None:
        """Read the images.

        Raises:
            EncoderError: One cannot be read.
        """
        self._images = np.stack([towers.fit(read_image(pair.file)) for pair in pairs])
        self._texts = {
            kind: [(text, row) for row, pair in enumerate(pairs) for text in getattr(pair, kind)]
            for kind in ("short", "long")
        }

    @torch.inference_mode()
    def judge(self, towers: Towers) -> dict[str, float]:
        """Return the mean recall in percent for each kind of text that is there.

        The mean of recall at 1, 5 and 10, from text to image and from image to text, as RemoteCLIP
        reports it; over the images held out here.
        """
        device = towers.logit_scale.device
        seen = _unit(
            [
                towers.see(torch.from_numpy(self._images[at : at + _AT_ONCE]).to(device))
                for at in range(0, len(self._images), _AT_ONCE)
            ]
        )
        return {
            f"{kind}_mr": round(self._recall(towers, kind, seen), 2)
            for kind, texts in self._texts.items()
            if texts
        }

    def _recall(self, towers: Towers, kind: str, seen: NDArray[np.float32]) -> float:
        texts, owners = zip(*self._texts[kind], strict=True)
        found, where = np.unique(owners, return_inverse=True)
        said = _unit(
            [towers.read(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE)]
        )
        return recalls(seen[found], said, where).mean


def _unit(parts: Sequence[torch.Tensor]) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = (
        functional.normalize(torch.cat(list(parts)).float()).cpu().numpy()
    )
    return vectors
