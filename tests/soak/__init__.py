"""The soak: thousands of real returns, and faults of every kind among them, drawn from one seed."""
