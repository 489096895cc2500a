"""Builds the messages that people see. It neither handles updates nor sends anything.

`product_page`, `lists` (results and owners' lists), `history_page` with its `history_chart`, and `moves_page` build
whole messages. They use `messages` (the Indonesian sentences), `layout`, `price_lines`, `highlight`, `narrowing`, and
`buttons` (the data in buttons). `phone` fits a result onto a phone's screen, and `quantities` says what a quantity
costs. `drawing` has what pictures share. `people`, `quotations`, `sharing`, `photos`, `decisions`, `demand`, `watching`
and `groups` have all of the same about their subject.
"""
