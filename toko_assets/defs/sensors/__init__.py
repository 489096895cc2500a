"""A new backup starts a sync; a sync's end notifies the owners."""
