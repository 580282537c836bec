"""How fast and how well geosearch works, as ratios measured in one run. Not part of the package."""
