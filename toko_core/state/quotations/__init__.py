"""Quotations: lists of goods with prices, which have a number and are kept."""
