"""A carrier nobody has heard of: a folder for labels, and a desk for the simulator."""
