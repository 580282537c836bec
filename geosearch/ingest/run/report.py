"""What an indexing run did: counts, seconds, and what it left out and why."""

from dataclasses import dataclass

from geosearch.errors import Refusal


@dataclass(frozen=True, slots=True)
class SceneCount:
    """Chips of one scene that was indexed in this run."""

    scene: str
    """The scene's id."""
    chips: int
    """Chips that are in the index now."""
    mostly_invalid: int
    """Chips left out because too few of their pixels are valid."""
    off_earth: int
    """Chips left out because no part of them lies on the Earth."""
    resumed: int = 0
    """Chips, of those that are in the index, that an interrupted run had embedded."""
    coarser: bool = False
    """Whether its pixels are larger on the ground than the finest chips were to be: these were cut
    at its own resolution."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The summary of an indexing run."""

    indexed: tuple[SceneCount, ...]
    """Scenes read in this run."""
    resumed: int
    """Scenes that an interrupted run had finished already."""
    unchanged: int
    """Scenes that the index holds already."""
    refused: tuple[Refusal, ...]
    """Inputs that were left out."""
    relocated: tuple[str, ...]
    """Ids of scenes whose files were relocated or touched: their chips were kept, not embedded."""
    missing: tuple[str, ...]
    """Ids of scenes of the indexed folders whose files are gone, or left out now."""
    pruned: bool
    """Whether those were removed."""
    chips_total: int
    """Chips in the index after the run."""
    seconds: dict[str, float]
    """Stage to wall-clock seconds; ``read`` and ``encode`` overlap. ``total`` is the whole."""
    mergeable_tiers: int = 0
    """Segments with an approximate tier each that `geosearch.compact` would merge, if they are so
    many that searching takes longer for it; else 0."""

    @property
    def chips(self) -> int:
        """Chips embedded in this run."""
        return sum(scene.chips - scene.resumed for scene in self.indexed)

    @property
    def skipped_chips(self) -> int:
        """Chips of this run that were left out: too few valid pixels, or off the Earth."""
        return sum(scene.mostly_invalid + scene.off_earth for scene in self.indexed)
