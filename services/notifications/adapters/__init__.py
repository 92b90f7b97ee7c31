"""Where notifications keeps its facts, finds its words and hands over its letters."""
