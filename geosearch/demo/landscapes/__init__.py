"""Whole scenes: their ground, water, roads and arrangements, and where on Earth they lie."""
