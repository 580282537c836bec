"""Semantic localisation: where in a picture is what a text says (Yuan et al., SeLo)."""
