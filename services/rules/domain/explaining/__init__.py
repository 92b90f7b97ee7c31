"""A verdict in sentences, and what other settings would have made of it."""
