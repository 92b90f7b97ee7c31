"""Sabotage by the row: every guarantee is broken on purpose, and its test must notice."""
