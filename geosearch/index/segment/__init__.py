"""A segment: its files, written once from scenes, and opened for filters, scores and hits."""
