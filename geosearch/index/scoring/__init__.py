"""Scores: the best rows for a query, exactly or by codes, and which of the two is cheaper.

``ann`` holds the approximate tier; what is beside it is used by it, or chooses between tiers.
"""
