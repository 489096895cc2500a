"""What keeps the bot running: requests to Telegram and Dagster, turns, health, metrics."""
