"""Measures how fast and how reliably the bot answers many people at once, with the real process and a local server.

`shop.py` builds a shop in which each price identifies its product and its catalogue. `people.py` sends searches and
records the answers, and `verdict.py` compares them. Meanwhile `swaps.py` publishes catalogues, and `watch.py` reads the
memory and the log of the bot. `run.py` runs all of them, `results.py` defines the figures and `table.py` shows them.
"""
