"""The published DuckDB file: its schema, where it lies, how it is read and followed."""
