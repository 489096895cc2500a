"""What iPOS 5 is: its backup files, its tables, its pricing rules. Knows nothing of Dagster."""
