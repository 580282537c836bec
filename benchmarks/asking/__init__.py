"""How well answers say what they know: probabilities, scale, and where in a chip."""
