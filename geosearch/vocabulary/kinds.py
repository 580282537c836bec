"""What kinds of scenes there are, by what their pixels mean."""

KINDS = ("picture", "pan", "radar", "elevation", "classes", "map", "unknown")
"""Pictures in colours, in one band, by radar; heights, numbers of classes, drawn maps; the rest."""

NO_PICTURES = frozenset({"elevation", "classes", "map"})
"""What a text does not find unless it is asked for: nobody has seen it from above."""
