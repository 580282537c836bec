"""Hits as files, texts and values of other libraries.

Rooms, each of which imports only from those before it:

- ``answers``, ``properties``, ``elided``: what is written, and what all formats tell of a hit
- ``documents``: texts
- ``pictures``: what shows pixels
- ``tables``: typed columns
- ``chip_files``: the scenes' own pixels
- ``files``: any of these, by its name
"""
