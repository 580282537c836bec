"""SigLIP, as Git-RSCLIP's checkpoints hold it."""
