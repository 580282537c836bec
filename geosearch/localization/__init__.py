"""Where in a chip, or in a scene, a query is found.

Rooms, bottom first: ``cell_map`` (a query over the pixels of one chip), ``outline`` (a map becomes
a polygon on Earth), ``hit_place`` (of a hit), ``scene_map`` (of a whole scene).
"""

from geosearch.localization.cell_map import cell_map
from geosearch.localization.hit_place import place_in_hit
from geosearch.localization.scene_map import scene_map, scene_windows

__all__ = ["cell_map", "place_in_hit", "scene_map", "scene_windows"]
