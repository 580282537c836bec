"""Scenes that geosearch draws itself: an archive to try it on, and chips to train on."""

from geosearch.demo.archive import DemoArchive, write_archive
from geosearch.demo.chips import training_chip

__all__ = ["DemoArchive", "training_chip", "write_archive"]
