"""The file format of a backup: a PostgreSQL custom-format archive, read, verified and written."""
