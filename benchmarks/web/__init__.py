"""Measures how fast the pages' server answers at a fixed rate, with the real process on one core.

`visitors.py` signs somebody in and makes API keys. `load.py` sends the requests, on time whether or not earlier ones
were answered. `run.py` runs both, `results.py` defines the figures and `table.py` shows them.
"""
