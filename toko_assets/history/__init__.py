"""The price history: since when, and until when, backups showed each price. Knows nothing of Dagster."""
