"""The ways labels reaches the world outside."""
