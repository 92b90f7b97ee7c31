"""A merchant's rules, compiled: which hold for an item, and what they do to it."""
