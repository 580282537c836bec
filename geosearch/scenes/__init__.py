"""Scenes: files → Scene → grid of windows → pixels. The only door to rasterio.

What needs GDAL is imported when it is first used, so that finding files costs nothing.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names
from geosearch.scenes.find import Found, SceneFile, archive_name, find_scenes
from geosearch.scenes.grid import PixelWindow, chip_windows
from geosearch.scenes.href import band_files
from geosearch.scenes.levels import Cut, cut_levels, level_gsds
from geosearch.scenes.memory import ReadingMemory, reading_memory, reading_within
from geosearch.scenes.remote import without_secrets
from geosearch.scenes.same_file import FileKeys
from geosearch.scenes.scene_ids import free_ids
from geosearch.scenes.state import SceneState, content_sum, is_gone, scene_state

if TYPE_CHECKING:
    from geosearch.scenes.chip_blocks import ChipBlock
    from geosearch.scenes.coverage import windows_with_data
    from geosearch.scenes.placement import require_crs
    from geosearch.scenes.reading import read_chips, read_window
    from geosearch.scenes.scene import Scene, open_scene
    from geosearch.scenes.stretch import parse_stretch
    from geosearch.scenes.write import write_geotiff

__all__ = [
    "ChipBlock",
    "Cut",
    "FileKeys",
    "Found",
    "PixelWindow",
    "ReadingMemory",
    "Scene",
    "SceneFile",
    "SceneState",
    "archive_name",
    "band_files",
    "chip_windows",
    "content_sum",
    "cut_levels",
    "find_scenes",
    "free_ids",
    "is_gone",
    "level_gsds",
    "open_scene",
    "parse_stretch",
    "read_chips",
    "read_window",
    "reading_memory",
    "reading_within",
    "require_crs",
    "scene_state",
    "windows_with_data",
    "without_secrets",
    "write_geotiff",
]

_HOME = {
    "ChipBlock": "chip_blocks",
    "Scene": "scene",
    "open_scene": "scene",
    "parse_stretch": "stretch",
    "read_chips": "reading",
    "read_window": "reading",
    "require_crs": "placement",
    "windows_with_data": "coverage",
    "write_geotiff": "write",
}

__getattr__ = lazy_names(__name__, _HOME)
