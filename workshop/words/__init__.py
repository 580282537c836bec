"""How the list of words is made that spelling is mended by."""
