"""The crash-point sweep: every service dies at every durable step, and nothing comes of it."""
