"""Files on the disk: what makes them durable, safe to open, and readable where they lie.

Nothing here knows which files an index has.
"""
