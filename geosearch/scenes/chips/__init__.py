"""A scene is cut into chips, which are read from top to bottom."""
