"""What notifications knows by itself: whom to write to, in which language, and what."""
