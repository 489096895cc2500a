"""What Dagster's web interface shows of each asset and check."""
