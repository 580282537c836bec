"""What an indexing run is to do, with nothing left open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geosearch.chips import Chips, ResolvedChips
from geosearch.encoders import Encoder
from geosearch.index import IndexSpec
from geosearch.ingest.run.intervals import INTERVALS, Intervals
from geosearch.ingest.run.options import RunOptions
from geosearch.scenes import (
    ChipLayout,
    Discovery,
    Scene,
    SceneFile,
    cut_levels,
    level_gsds,
    open_scene,
    parse_stretch,
)

_AS_FINE = 1.05
"""A scene whose pixels are larger than the finest chips' by less than this factor is as fine."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Which scenes go into which index, and how."""

    found: Discovery
    """What there is to index, as `look_for_scenes` returns it."""
    folder: Path
    """The index, made if it is not there; added to if it is."""
    encoder: Encoder
    """Embeds the chips."""
    chips: ResolvedChips
    """How scenes are cut."""
    weights: str | None = None
    """Path the encoder's weights were given by, recorded for later queries; None where they have
    a name."""
    paths: Sequence[str | Path] = ()
    """What was looked through; scenes of these folders whose files are gone, or left out,
    are reported."""
    intervals: Intervals = INTERVALS
    """How often what is done is stored and published."""
    options: RunOptions = field(default_factory=RunOptions)
    """What the user has said of the run itself."""

    @property
    def spec(self) -> IndexSpec:
        """What the index records of how its chips are cut and embedded."""
        return IndexSpec(
            encoder=self.encoder.name,
            fingerprint=self.encoder.fingerprint,
            dim=self.encoder.dim,
            precision=self.encoder.precision,
            weights=self.weights,
            chips=self.chips,
        )

    def open(self, file: SceneFile) -> Scene:
        """Open a scene, to be cut and embedded.

        Raises:
            SceneError: It cannot be read, has no place on Earth, or holds no valid pixel.
        """
        return open_scene(
            file,
            bands=self.chips.bands,
            assume_crs=self.options.assume_crs,
            stretch=parse_stretch(self.chips.stretch),
        )

    def cut(self, scene: Scene) -> ChipLayout:
        """Return where the chips of a scene lie, those too that hold no pixel.

        Raises:
            SceneError: There would be too many.
        """
        return cut_levels(
            scene.width_px,
            scene.height_px,
            level_gsds(scene.gsd_m, self.chips.gsd_m, self.chips.scales),
            pixel_m=self.pixel_m(scene) or (scene.gsd_m, scene.gsd_m),
            size_px=self.chips.size_px,
            stride_px=self.chips.stride_px,
        )

    def is_finer_than(self, scene: Scene) -> bool:
        """Return whether chips are to be finer than a scene's pixels."""
        if self.chips.gsd_m is None:
            return False
        return scene.gsd_m > self.chips.gsd_m * min(self.chips.scales) * _AS_FINE

    def pixel_m(self, scene: Scene) -> tuple[float, float] | None:
        """Return the sides of a scene's pixel that make chips square on the ground, metres.

        None without a ground resolution: a chip is then square in pixels.
        """
        return None if self.chips.gsd_m is None else scene.pixel_m


def require_readable(chips: Chips) -> None:
    """Refuse a stretch that cannot be understood, before any scene is opened.

    Raises:
        UsageError: It cannot be.
    """
    if isinstance(chips.stretch, str):  # Chips keeps a range as a text, too
        parse_stretch(chips.stretch)
