"""Everything that depends on Dagster: assets, jobs, sensors, schedules, resources."""
