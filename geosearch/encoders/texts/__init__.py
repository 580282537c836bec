"""Texts as callers give them, and the vectors of recent ones."""
