"""All that knows Dagster: assets, jobs, sensors, schedules, resources."""
