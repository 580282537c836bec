"""Scenes: files → Scene → grid of windows → pixels. The only door to rasterio.

Rooms, each of which imports only from those before it:

- ``places``: where bytes are, what lies beside a file, what is secret in a URL
- ``guarding``: what GDAL may open, and what that leads to
- ``finding``: which files are scenes, and what they are called
- ``state``: whether a scene is still there, and still what it was
- ``raster``: GDAL, its errors, pixels and their stretch
- ``writing``: rasters that are written
- ``opening``: a file becomes a scene with a place, a date and bands
- ``chips``: a scene is cut into chips, which are read

What needs GDAL is imported when it is first used, so that finding files costs nothing.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names
from geosearch.scenes.chips.grid import chip_windows
from geosearch.scenes.chips.levels import ChipLayout, cut_levels, level_gsds
from geosearch.scenes.finding.exclusion import Exclusion
from geosearch.scenes.finding.find import archive_name, find_scenes
from geosearch.scenes.finding.scene_file import Discovery, SceneFile
from geosearch.scenes.finding.scene_ids import unique_ids
from geosearch.scenes.places.file_keys import FileKeys
from geosearch.scenes.places.href import band_files
from geosearch.scenes.places.remote import without_secrets
from geosearch.scenes.raster.reading_memory import ReadingMemory, reading_memory, reading_within
from geosearch.scenes.state.content import content_hash
from geosearch.scenes.state.file_state import SceneState, scene_state
from geosearch.scenes.state.missing import files_are_missing

if TYPE_CHECKING:
    from geosearch.scenes.chips.chip_blocks import ChipBlock
    from geosearch.scenes.chips.reading import read_chips, read_window
    from geosearch.scenes.opening.coverage import windows_with_data
    from geosearch.scenes.opening.picture import read_picture
    from geosearch.scenes.opening.placement import pixel_places, require_crs
    from geosearch.scenes.opening.scene import Scene, open_scene
    from geosearch.scenes.raster.stretch import parse_stretch
    from geosearch.scenes.writing.write_geotiff import write_geotiff
    from geosearch.scenes.writing.write_map import write_map
    from geosearch.scenes.writing.write_window import write_window

__all__ = [
    "ChipBlock",
    "ChipLayout",
    "Discovery",
    "Exclusion",
    "FileKeys",
    "ReadingMemory",
    "Scene",
    "SceneFile",
    "SceneState",
    "archive_name",
    "band_files",
    "chip_windows",
    "content_hash",
    "cut_levels",
    "files_are_missing",
    "find_scenes",
    "level_gsds",
    "open_scene",
    "parse_stretch",
    "pixel_places",
    "read_chips",
    "read_picture",
    "read_window",
    "reading_memory",
    "reading_within",
    "require_crs",
    "scene_state",
    "unique_ids",
    "windows_with_data",
    "without_secrets",
    "write_geotiff",
    "write_map",
    "write_window",
]

_HOME = {
    "ChipBlock": "chips.chip_blocks",
    "Scene": "opening.scene",
    "open_scene": "opening.scene",
    "parse_stretch": "raster.stretch",
    "pixel_places": "opening.placement",
    "read_chips": "chips.reading",
    "read_picture": "opening.picture",
    "read_window": "chips.reading",
    "require_crs": "opening.placement",
    "windows_with_data": "opening.coverage",
    "write_geotiff": "writing.write_geotiff",
    "write_map": "writing.write_map",
    "write_window": "writing.write_window",
}

__getattr__ = lazy_names(__name__, _HOME)
