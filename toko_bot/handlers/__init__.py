"""The handlers for each kind of update.

`access` is the gate before all other handlers. `search`, `barcode_photo`, `browse` (buttons), `inline`,
`price_history`, `commands` and `owner` each handle one kind of update, and `errors` handles their errors. `small_talk`
answers greetings, `people` has strangers and what owners do about them, and `quotations` has lists of goods. All of
them use the `services` of their bot, and send messages through `sending`.
"""
