"""Two hundred labels for people from everywhere, and for people who mean harm, read by scanners."""
