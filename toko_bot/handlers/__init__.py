"""What the bot does with each kind of update.

`access` is the gate before all other handlers. `search`, `barcode_photo`, `browse` (buttons), `inline`,
`price_history`, `commands` and `owner` each handle one kind of update, `errors` handles what goes wrong in them. All of
them work with the `services` of their bot, and send through `sending`.
"""
