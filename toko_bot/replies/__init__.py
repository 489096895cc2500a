"""What people see. Knows no updates and sends nothing.

The messages: `product_page`, `lists` (results and owners' lists), `history_page` with its `history_chart`, and
`moves_page`. What they are made of: `messages` (every Indonesian sentence of the bot), `layout`, `price_lines`,
`highlight`, `narrowing`, and `buttons` (the data that buttons carry).
"""
