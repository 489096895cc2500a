"""The Telegram bot: answers searches from the published catalogue. Imports neither Dagster nor toko_assets.

`app` puts the bot together, `settings` holds its settings, `handlers` acts on updates, `replies` makes what people see,
and `service` keeps the bot running. Importing a module only defines things; `python -m toko_bot` reads the settings,
tunes the process and starts the bot.
"""
