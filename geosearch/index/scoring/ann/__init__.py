"""The approximate tier: IVF-PQ codes of a segment, their training, and exact scores of candidates.

The only place that makes and reads lists of codes.
"""
