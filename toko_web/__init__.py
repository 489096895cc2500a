"""The catalogue in a browser, and the read-only API: FastAPI on the published file, without Dagster in the process."""
