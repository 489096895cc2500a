"""Reads what a shop sold in the last 90 days from the sales tables of a backup, as a stream, without restoring them."""
