"""Where rules keeps its facts."""
