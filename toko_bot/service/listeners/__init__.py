"""Where the bot listens: for Telegram's updates and for Prometheus, both within the limits of `server`."""
