"""Handles the owners' list of searches, and the products that somebody opened last."""
