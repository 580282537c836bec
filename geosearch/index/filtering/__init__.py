"""Filters: which rows of a segment may be ranked, exactly."""
