"""Discounts for a time, from the tables of iPOS to the price that a customer pays."""
