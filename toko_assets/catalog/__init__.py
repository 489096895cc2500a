"""The published catalogue: writing, verifying, comparing and publishing DuckDB files. Knows nothing of Dagster."""
