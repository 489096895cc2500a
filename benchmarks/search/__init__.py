"""How fast and how well a misspelt, shortened or half-typed name is found: our engine beside others, on the same names.

`shops.py` has the names and the searches of each size: `names.py` reads or makes the names, `cases.py` the searches
with a known answer, misspelt by `typos.py`. `run.py` measures every engine of `engines/` at every size, in processes
of their own (`worker.py`, which times with `clock.py`). `results.py` holds the figures; `table.py` and `picture.py`
show them.
"""
