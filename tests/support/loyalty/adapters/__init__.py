"""Where loyalty keeps what it knows."""
