"""Scenes that geosearch draws itself: an archive to try it on, and chips to train on.

Rooms, each of which imports only from those before it:

- ``drawing``: textures, a canvas with light, colours, places on it
- ``subjects``: things, their arrangements, the land about them, and what is true of them
- ``landscapes``: whole scenes and where they lie

`archive` writes landscapes as scenes; `training_chips` draws subjects as chips.
"""

from geosearch.demo.archive import write_archive
from geosearch.demo.training_chips import training_chip

__all__ = ["training_chip", "write_archive"]
