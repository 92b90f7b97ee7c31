"""Where lookup keeps its facts."""
