"""Integrity: whether an index is as it was written, and making again what is derived."""
