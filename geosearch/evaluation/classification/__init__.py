"""Zero-shot classification: classes are known by their names only."""
