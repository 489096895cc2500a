"""Handles lists of goods, and the quotations that the bot makes of them."""
