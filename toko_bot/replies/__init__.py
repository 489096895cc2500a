"""Builds the messages that people see. It neither handles updates nor sends anything.

`product_page`, `lists` (results and owners' lists), `history_page` with its `history_chart`, and `moves_page` build
whole messages. They use `messages` (every Indonesian sentence of the bot), `layout`, `price_lines`, `highlight`,
`narrowing`, and `buttons` (the data in buttons). `people` has all of the same about people.
"""
