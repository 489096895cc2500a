"""Measures how long a backup takes to become a catalogue: our chain and the first version, on the same file.

`run.py` makes the sample backups and measures. Each measurement is a separate process (`chain.py`, `first_version.py`),
which `process.py` watches and which reports its steps in a file (`report.py`). `results.py` holds the figures and their
ratios; `table.py` and `picture.py` show them.
"""
