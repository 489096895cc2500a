"""Where backups come from, and which one to sync. Knows nothing of Dagster."""
