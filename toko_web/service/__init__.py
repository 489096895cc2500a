"""What keeps the server running and safe: its limits, headers, health, metrics and log."""
