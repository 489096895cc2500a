"""Who asks: cookies, links of the bot, passwords, and what each visitor is shown."""
