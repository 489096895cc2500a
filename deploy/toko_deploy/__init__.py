"""Code that only containers need: Dagster's instance and run launcher, and health checks."""
