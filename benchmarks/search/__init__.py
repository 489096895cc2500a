"""Measures how fast and how well our engine and others find misspelt, shortened and half-typed names.

`shops.py` provides the names and searches of each size: `names.py` reads or makes the names, and `cases.py` makes
searches with a known answer, with typos from `typos.py`. `run.py` measures every engine of `engines/` at every size, in
processes of their own (`worker.py`, which uses `clock.py`). `results.py` defines the figures; `table.py` and
`picture.py` show them.
"""
