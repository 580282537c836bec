"""The index's folder: which files it has, the published manifest, the writer's hold, what is ours.

All that says which segments there are, and nothing of what is in them.
"""
