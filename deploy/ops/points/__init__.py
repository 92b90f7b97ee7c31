"""Service points and places: read from files, imported, looked at."""
