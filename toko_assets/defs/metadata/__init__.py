"""Metadata that Dagster's web interface shows for each asset and check."""
