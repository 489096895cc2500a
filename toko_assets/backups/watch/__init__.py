"""Notices at once that backups have changed in their source. `watcher.py` does so as long as the process lives."""
