"""The Telegram bot: it answers searches from the published catalogue. It imports neither Dagster nor toko_assets.

`app` assembles the bot, `settings` holds its settings, `handlers` handles updates, `replies` builds the messages, and
`service` keeps the bot running. Importing a module has no side effects; `python -m toko_bot` reads the settings, tunes
the process and starts the bot.
"""
