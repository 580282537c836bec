"""Arrays in memory: names of their types, ranges of rows, values of any length, the order of ids.

Nothing here knows of a file or of an index.
"""
