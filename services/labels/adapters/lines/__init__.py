"""The way to a carrier: HTTP with a limit on everything it may do to us, and a fuse."""
