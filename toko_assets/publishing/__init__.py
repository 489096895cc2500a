"""Building, verifying, comparing, publishing and rolling back catalogues. Knows nothing of Dagster."""
