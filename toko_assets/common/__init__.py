"""What the whole chain uses: settings, records, check outcomes, the sync lock. Knows nothing of Dagster."""
