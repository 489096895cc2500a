"""The messages about groups."""
