"""Where backups come from, and which one to sync. This package does not depend on Dagster."""
