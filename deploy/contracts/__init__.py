"""Writes what follows from the contracts' models, and the one story its samples tell."""
