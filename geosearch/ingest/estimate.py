"""What indexing would do, and about how long it would take; nothing is written."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from geosearch.encoders import Encoder
from geosearch.errors import Refusal, SceneError
from geosearch.index import MANIFEST, open_index
from geosearch.ingest.identity.comparison import is_unchanged
from geosearch.ingest.identity.missing import missing_scenes
from geosearch.ingest.identity.scene_ids import SceneIds
from geosearch.ingest.run.settings import RunSettings
from geosearch.ingest.scene_file import refusal_of
from geosearch.reporting import LOG, Reporter
from geosearch.scenes import (
    SceneFile,
    scene_state,
    windows_with_data,
)

_MEASURED_CHIPS = 16
_METADATA_BYTES = 300
"""Of a chip in the sidecar and in ``rows``, about: 200 to 300 in indexes of 20,000 chips."""
_EMPTY_BYTES = 1_000_000
"""Of a segment's sidecar without chips, about."""


@dataclass(frozen=True, slots=True)
class IndexingEstimate:
    """What an indexing run would do."""

    scenes: int
    """Scenes to read: new or changed. Those of an interrupted run, and relocated ones, are among
    them, though they will not be embedded again."""
    unchanged: int
    """Scenes that the index holds as they are."""
    changed: tuple[str, ...]
    """Ids of scenes of the index that would be read again: their chips now would go."""
    missing: tuple[str, ...]
    """Ids of scenes whose files are gone, or left out now."""
    refused: tuple[Refusal, ...]
    """Inputs that would be left out."""
    chips: int
    """Maximum number of chips to embed: those with too few valid pixels are not known yet."""
    scene_bytes: int
    """Size of the files to read."""
    chips_per_second: float
    """Chips of noise that the encoder embeds per second, measured now; reading comes on top."""
    index_bytes: int
    """Estimated size of what would be added to the index."""

    @property
    def seconds(self) -> float:
        """Estimated time to embed all chips."""
        return self.chips / self.chips_per_second


def estimate(settings: RunSettings, reporter: Reporter = LOG) -> IndexingEstimate:
    """Look at scenes without reading their pixels, and estimate what indexing them takes.

    Args:
        settings: Which scenes would go into which index, and how.
        reporter: Receives the progress.

    Raises:
        IndexFolderError: The index is there and cannot be read.
    """
    found, folder, encoder = settings.found, settings.folder, settings.encoder
    index = open_index(folder) if (folder / MANIFEST).exists() else None
    known = {} if index is None else {scene.id: scene for scene in index.scenes}
    ids = SceneIds(found.files, known.values())
    refused, changed = list(found.refused), []
    scenes = chips = scene_bytes = 0
    with reporter.track("looking", len(found.files), "scenes") as advance:
        for file in ids.files:
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
            if file.id in ids.found:
                changed.append(file.id)
    looked = len(found.files) - (len(refused) - len(found.refused))
    return IndexingEstimate(
        scenes=scenes,
        unchanged=looked - scenes,
        changed=tuple(changed),
        missing=missing_scenes(known.values(), ids.found, settings.paths, found.exclusion),
        refused=tuple(refused),
        chips=chips,
        scene_bytes=scene_bytes,
        chips_per_second=_measured_rate(encoder, settings.chips.size_px),
        index_bytes=chips * (2 * encoder.dim + _METADATA_BYTES) + (_EMPTY_BYTES if chips else 0),
    )


def _chip_count(file: SceneFile, settings: RunSettings) -> int:
    scene = settings.open(file)
    count = int(windows_with_data(scene, settings.cut(scene).windows).sum())
    if not count:
        raise SceneError("it holds no pixels", hint="omit the scene")
    return count


def _measured_rate(encoder: Encoder, size_px: int) -> float:
    """Return chips per second of a small batch of noise, after a first one that warms up."""
    shape = (_MEASURED_CHIPS, size_px, size_px, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    encoder.encode_images(noise[:1])
    started = perf_counter()
    encoder.encode_images(noise)
    return _MEASURED_CHIPS / (perf_counter() - started)
