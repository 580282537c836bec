"""The sizes of `mini`: what its towers, in whatever library, its tokens and its file agree on."""

DIM = 512
"""Length of a vector."""

IMAGE_SIZE = 128
"""Edge of the images that it was trained on, pixels."""

TEXT_LENGTH = 256
"""Longest text, tokens, with its two marks."""

WIDTH = 384
"""Width of MiniLM's layers and length of its sentence vectors."""

HEADS = 12
"""Of an attention layer; each has ``WIDTH / HEADS`` numbers."""

INNER = 1536
"""Width inside a layer's feed-forward part."""

LAYERS = 6
"""Of the sentence encoder."""

HEAD_INNER = 1024
"""Width inside the head that leads from sentence vectors to the space of images."""

EPSILON = 1e-12
"""That BERT's LayerNorm adds to a variance."""
