"""How pictures are drawn: textures, a canvas with light, colours, and places on it."""
