"""Weights: where they are, how their files are read, and what names them."""
