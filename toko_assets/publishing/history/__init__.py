"""The price history: from when until when backups showed each price."""
