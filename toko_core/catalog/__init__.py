"""The published DuckDB file: its schema, its location, reading it, and following CURRENT to the newest one."""
