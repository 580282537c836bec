"""Files that are found to be scenes, before they are opened."""

from dataclasses import dataclass, field

from geosearch.errors import Refusal
from geosearch.scenes.finding.exclusion import Exclusion
from geosearch.scenes.finding.moments import Moment
from geosearch.scenes.places.href import short_name


@dataclass(frozen=True, slots=True)
class SceneFile:
    """A file, or the files of a product, to be opened as a scene."""

    href: str
    """Where it is, absolute: a file or URL, or red, green and blue as `join_bands` writes them."""
    id: str
    """Its name in the index: the path below the folder that was indexed, longer where that is
    another scene's."""
    moment: Moment | None = None
    """When it was taken, if that is known before it is opened."""
    band_names: tuple[str, ...] = ()
    """What its bands are called, if that is known before it is opened."""
    platform: str = ""
    """What took it, if that is known before it is opened: ``sentinel-2a``."""
    stated_kind: tuple[str, str] | None = None
    """What it is, one of `geosearch.vocabulary.KINDS`, and what says so, if that is known before it
    is opened."""
    band_reason: str = ""
    """Why its files are red, green and blue, where it has three."""
    names: tuple[str, ...] = ()
    """What it may be called, the shortest first: as much of its path as tells it from others."""
    item: str | None = None
    """The STAC Item that led to it: its document and its id; None for a file by itself."""

    @property
    def name(self) -> str:
        """Its file's name."""
        return short_name(self.href)


@dataclass(frozen=True, slots=True)
class Discovery:
    """Scenes and refusals that a search of some paths found."""

    files: tuple[SceneFile, ...]
    """Scenes to open, sorted by id; each file once."""
    refused: tuple[Refusal, ...]
    """Paths that cannot be looked at."""
    passed_over: str | None = None
    """Note on files that look like rasters and were not tried; None if there are none."""
    exclusion: Exclusion = field(default_factory=Exclusion, compare=False)
    """What was left out."""
