"""What operators do about returns: order something, ask why, try other settings."""
