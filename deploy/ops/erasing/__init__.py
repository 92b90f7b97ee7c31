"""Erasing a customer from Kafka: what names them, where that lies, and what ends it."""
