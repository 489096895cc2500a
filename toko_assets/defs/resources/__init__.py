"""What assets and sensors reach the outside through, as Dagster's resources around plain classes."""
