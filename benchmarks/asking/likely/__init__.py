"""How likely hits are: trials of known truth, the fit, and what probabilities are worth."""
