"""What an indexing run is to do, with nothing left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geosearch.chips import Chips, ResolvedChips
from geosearch.encoders import Encoder
from geosearch.index import AnnChoice, IndexSpec
from geosearch.ingest.run.intervals import INTERVALS, Intervals
from geosearch.ingest.run.memory import MEMORY, RunMemory
from geosearch.scenes import (
    ChipLayout,
    Discovery,
    Scene,
    SceneFile,
    cut_levels,
    level_gsds,
    open_scene,
    parse_stretch,
    require_crs,
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
    assume_crs: str | None = None
    """CRS of scenes that have an affine and no CRS; None to refuse them. It describes
    those files and not the index, which does not record it: only their places do."""
    ann: AnnChoice = "auto"
    """``auto`` builds IVF-PQ for large segments; the others force one way."""
    paths: Sequence[str | Path] = ()
    """What was looked through; scenes of these folders whose files are gone, or left out,
    are reported."""
    prune: bool = False
    """Whether those are removed."""
    intervals: Intervals = INTERVALS
    """How often what is done is stored and published."""
    memory: RunMemory = MEMORY
    """What the run may hold, the encoder aside."""

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
            assume_crs=self.assume_crs,
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


def require_readable(chips: Chips, assume_crs: str | None) -> None:
    """Refuse a stretch or a CRS that cannot be understood, before any scene is opened.

    Raises:
        UsageError: The stretch or the CRS cannot be understood.
    """
    if isinstance(chips.stretch, str):  # Chips keeps a range as a text, too
        parse_stretch(chips.stretch)
    if assume_crs is not None:
        require_crs(assume_crs)
