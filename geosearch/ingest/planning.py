"""What indexing would do, and about how long it would take; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from geosearch.encoders import Encoder
from geosearch.errors import Refusal, SceneError
from geosearch.index import MANIFEST, open_index
from geosearch.ingest.identity import Identities
from geosearch.ingest.known import is_unchanged
from geosearch.ingest.scene_file import refusal_of
from geosearch.ingest.settings import ChipSettings
from geosearch.ingest.vanished import vanished_scenes
from geosearch.reporting import LOG, Reporter
from geosearch.scenes import (
    Discovery,
    SceneFile,
    scene_state,
    windows_with_data,
)

_MEASURED_CHIPS = 16
_METADATA_BYTES = 300
"""Of a chip in the sidecar and in ``rows``, about: indexes of 20,000 chips have 200 to 300."""
_EMPTY_BYTES = 1_000_000
"""Of a segment's sidecar without chips, about."""


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """What an indexing run would do."""

    scenes: int
    """Scenes to read: new or changed. Those of an interrupted run, and moved ones, are among
    them, though they will not be embedded again."""
    unchanged: int
    """Scenes that the index holds as they are."""
    changed: tuple[str, ...]
    """Ids of scenes of the index that would be read again: their chips now would go."""
    vanished: tuple[str, ...]
    """Ids of scenes whose files are gone."""
    refused: tuple[Refusal, ...]
    """Inputs that would be left out."""
    chips: int
    """Chips to embed, at most: those with too few valid pixels are not known before."""
    scene_bytes: int
    """Size of the files to read."""
    chips_per_second: float
    """How many chips of noise the encoder embedded, measured now; reading comes on top."""
    index_bytes: int
    """Size of what would be added to the index, about."""

    @property
    def seconds(self) -> float:
        """Estimated time to embed all chips."""
        return self.chips / self.chips_per_second


def plan(
    found: Discovery,
    folder: Path,
    encoder: Encoder,
    settings: ChipSettings,
    *,
    folders: Sequence[str | Path] = (),
    reporter: Reporter = LOG,
) -> IndexPlan:
    """Look at scenes without reading their pixels, and estimate what indexing them takes.

    Args:
        found: What there is to index.
        folder: The index, if it is there.
        encoder: What would embed the chips.
        settings: How scenes would be cut.
        folders: What was looked through, to say which scenes vanished.
        reporter: Receives the progress.

    Raises:
        IndexFolderError: The index is there and cannot be read.
    """
    index = open_index(folder) if (folder / MANIFEST).exists() else None
    known = {} if index is None else {scene.id: scene for scene in index.scenes}
    identities = Identities(found.files, known.values())
    refused, changed = list(found.refused), []
    scenes = chips = scene_bytes = 0
    with reporter.track("looking", len(found.files), "scenes") as advance:
        for file in identities.files:
            advance(1)
            before = known.get(file.id)
            try:
                state = scene_state(file, () if before is None else before.refers_to)
                if before is not None and is_unchanged(before, file, state):
                    continue
                chips += _chip_count(file, settings)
            except OSError as error:
                refused.append(refusal_of(file, error))
                continue
            scenes += 1
            scene_bytes += state.size_bytes
            if file.id in identities.found:
                changed.append(file.id)
    looked = len(found.files) - (len(refused) - len(found.refused))
    return IndexPlan(
        scenes=scenes,
        unchanged=looked - scenes,
        changed=tuple(changed),
        vanished=vanished_scenes(known.values(), identities.found, folders),
        refused=tuple(refused),
        chips=chips,
        scene_bytes=scene_bytes,
        chips_per_second=_measured_rate(encoder, settings.size_px),
        index_bytes=chips * (2 * encoder.dim + _METADATA_BYTES) + (_EMPTY_BYTES if chips else 0),
    )


def _chip_count(file: SceneFile, settings: ChipSettings) -> int:
    scene = settings.open(file)
    count = int(windows_with_data(scene, settings.cut(scene).windows).sum())
    if not count:
        raise SceneError("it holds no pixels", hint="leave the scene out")
    return count


def _measured_rate(encoder: Encoder, size_px: int) -> float:
    """Return chips a second of a small batch of noise, after a first one that warms up."""
    shape = (_MEASURED_CHIPS, size_px, size_px, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    encoder.encode_images(noise[:1])
    started = perf_counter()
    encoder.encode_images(noise)
    return _MEASURED_CHIPS / (perf_counter() - started)
