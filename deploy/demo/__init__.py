"""The demo: real orders and their real returns, played through the running system."""
