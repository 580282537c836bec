"""How likely hits are what was asked for, and whether it is there at all.

`yardstick` tells what phrases that are in few archives reach in this one; `probability` compares a
query's hits with that; `saying` puts it in words, and keeps the hits that are likely enough.
"""
