"""What labels knows without asking anybody: pure values and verbs."""
