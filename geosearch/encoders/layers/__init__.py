"""Layers that towers of several families are built of."""
