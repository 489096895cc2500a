"""A group that becomes a supergroup."""
