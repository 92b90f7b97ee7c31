"""A portal's settings as a file: YAML, read so that every fault names its line and its field."""
