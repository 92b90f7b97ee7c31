"""A request before the rules: facts, price, every reason for a no, and the trace of it."""
