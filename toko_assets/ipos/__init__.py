"""iPOS 5: its backup files, its tables, its pricing rules. This package does not depend on Dagster."""
