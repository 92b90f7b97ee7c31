"""The carriers: one module or package each, all alike from outside. See `ports.Carrier`."""
