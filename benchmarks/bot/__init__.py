"""How fast and how reliably the bot answers many people at once: the real process and a local Bot API server.

`shop.py` makes a shop whose prices tell the product and the catalogue that they are of; `people.py` sends its searches
and keeps what comes back, `verdict.py` compares the two. `swaps.py` publishes catalogues meanwhile, `watch.py` reads
memory and log of the bot. `run.py` puts them together; `results.py` holds the figures, `table.py` shows them.
"""
