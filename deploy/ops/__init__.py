"""What operators do: topics, dead letters, stories."""
