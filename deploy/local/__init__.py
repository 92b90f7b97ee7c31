"""The whole system on one Linux machine without Docker: every part a process of its own."""
