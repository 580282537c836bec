"""How scenes are cut into chips, and which of these are kept."""

from dataclasses import dataclass

from geosearch.encoders import Encoder
from geosearch.errors import UsageError
from geosearch.index import IndexSpec
from geosearch.scenes import (
    ChipLayout,
    Scene,
    SceneFile,
    cut_levels,
    level_gsds,
    open_scene,
    parse_stretch,
    require_crs,
)

MIN_VALID = 0.25
"""Least share of valid pixels in a chip, unless another is asked for."""

LEAST_GSD_M, MOST_GSD_M = 0.001, 1_000_000.0
MOST_SCALE = 1024
_AS_FINE = 1.05
"""A scene whose pixels are larger than was asked by less than this is as fine."""


@dataclass(frozen=True, slots=True)
class ChipSettings:
    """How scenes are cut into chips."""

    size_px: int
    """Chip edge, pixels of the scene."""
    stride_px: int
    """Step between chips, pixels."""
    min_valid: float = MIN_VALID
    """Least share of valid pixels for a chip to be kept, 0..1."""
    bands: tuple[int, int, int] | None = None
    """Bands shown as red, green, blue, from 1; None to choose for each scene."""
    stretch: str = "auto"
    """Where the values shown as black and as white are from: ``auto``, ``percentile``, ``none``, or
    ``LOW,HIGH``. Each scene has its own on record, so one index may have several."""
    gsd_m: float | None = None
    """Metres a pixel of the finest chips; None for each scene's own."""
    scales: tuple[int, ...] = (1,)
    """Multiples of it that chips are cut at."""
    assume_crs: str | None = None
    """CRS of scenes that have an affine and no CRS; None to refuse them. It says something of
    those files and not of the index, which does not record it: only their places do."""

    def __post_init__(self) -> None:
        if self.size_px < 1:
            raise UsageError(f"--size is {self.size_px} px", hint="use a size of at least 1 pixel")
        if not 1 <= self.stride_px <= self.size_px:
            raise UsageError(
                f"--stride {self.stride_px} px leaves gaps between {self.size_px} px chips",
                hint=f"use a stride from 1 to {self.size_px}",
            )
        if not 0 <= self.min_valid <= 1:
            raise UsageError(f"--min-valid is {self.min_valid}", hint="use a share from 0 to 1")
        if self.gsd_m is not None and not LEAST_GSD_M <= self.gsd_m <= MOST_GSD_M:
            raise UsageError(
                f"--gsd is {self.gsd_m:g} m",
                hint=f"use metres a pixel, from {LEAST_GSD_M:g} to {MOST_GSD_M:,.0f}",
            )
        if not self.scales or len(set(self.scales)) < len(self.scales):
            raise UsageError(
                f"--scales are {','.join(map(str, self.scales)) or 'none'}",
                hint="name each scale once: 1,2,4",
            )
        if not all(1 <= scale <= MOST_SCALE for scale in self.scales):
            raise UsageError(
                f"--scales are {','.join(map(str, self.scales))}",
                hint=f"use whole numbers from 1 to {MOST_SCALE}",
            )
        if self.assume_crs is not None:
            require_crs(self.assume_crs)
        parse_stretch(self.stretch)

    def open(self, file: SceneFile) -> Scene:
        """Open a scene, to be cut like this.

        Raises:
            SceneError: It cannot be read, has no place on Earth, or holds no valid pixel.
        """
        return open_scene(
            file,
            bands=self.bands,
            assume_crs=self.assume_crs,
            stretch=parse_stretch(self.stretch),
        )

    def cut(self, scene: Scene) -> ChipLayout:
        """Return where the chips of a scene lie, those too that hold no pixel.

        Raises:
            SceneError: There would be too many.
        """
        return cut_levels(
            scene.width_px,
            scene.height_px,
            level_gsds(scene.gsd_m, self.gsd_m, self.scales),
            pixel_m=self.pixel_m(scene) or (scene.gsd_m, scene.gsd_m),
            size_px=self.size_px,
            stride_px=self.stride_px,
        )

    def is_finer_than(self, scene: Scene) -> bool:
        """Whether finer chips are asked for than a scene has pixels for."""
        if self.gsd_m is None:
            return False
        return scene.gsd_m > self.gsd_m * min(self.scales) * _AS_FINE

    def pixel_m(self, scene: Scene) -> tuple[float, float] | None:
        """Return the sides of a scene's pixel that make chips square on the ground, metres.

        None where no ground resolution is asked for: a chip is then square in pixels.
        """
        return None if self.gsd_m is None else scene.pixel_m


def index_spec(encoder: Encoder, settings: ChipSettings, weights: str | None) -> IndexSpec:
    """Return what an index records of how its chips are cut and embedded.

    Args:
        encoder: What embeds them.
        settings: How they are cut.
        weights: Path the encoder's weights were given by; None where they have a name.
    """
    return IndexSpec(
        encoder=encoder.name,
        fingerprint=encoder.fingerprint,
        dim=encoder.dim,
        precision=encoder.precision,
        weights=weights,
        size_px=settings.size_px,
        stride_px=settings.stride_px,
        min_valid=settings.min_valid,
        bands=settings.bands,
        stretch=settings.stretch,
        gsd_m=settings.gsd_m,
        scales=settings.scales,
    )
