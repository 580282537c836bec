"""A file becomes a scene: its place, its date, its bands, and how they are shown."""
