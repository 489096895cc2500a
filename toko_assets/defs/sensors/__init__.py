"""A new backup starts a sync; a sync's end notifies the owners."""

NEW_BACKUP = "new_backup"
"""The name of the sensor that asks for syncs. The daemon also evaluates it when the backup folder changes."""
