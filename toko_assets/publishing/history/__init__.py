"""The price history: since when, and until when, backups showed each price."""
