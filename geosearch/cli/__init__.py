"""The command line: one file a command; each parses, calls the Python API, prints."""

from geosearch.cli.main import main

__all__ = ["main"]
