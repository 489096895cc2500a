"""What concerns groups: their upgrade to a supergroup, and what the bot may not do in them."""
