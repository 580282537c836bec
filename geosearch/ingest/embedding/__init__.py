"""The chips of one scene: read, embedded, and stored while that goes on."""
