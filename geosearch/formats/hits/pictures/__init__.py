"""Hits as pictures: a contact sheet, an HTML report, what a notebook shows."""
