"""What labels does outside, one kind of intent to a module."""
