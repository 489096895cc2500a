"""Compares the prices of a new catalogue with the served one, and blocks those that no shop would set."""
