"""What is wrong or unwise in a portal's settings, one finding at a time."""
