"""Faults while returns are on their way: nothing lost, nothing twice."""
