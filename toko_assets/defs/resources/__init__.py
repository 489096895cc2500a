"""Dagster resources: wrappers around the plain classes through which assets and sensors reach the outside world."""
