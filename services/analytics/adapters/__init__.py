"""Where analytics keeps its records."""
