"""Reads backups in a process that has no secrets and may do nothing else, because a backup is untrusted."""
