"""How long a backup takes to become a catalogue: our chain beside the first version's, on the same file.

`run.py` makes the sample backups and measures. Each measurement is a process of its own (`chain.py`,
`first_version.py`), watched by `process.py`, and tells its steps in a file (`report.py`). `results.py`
holds the figures and their ratios; `table.py` and `picture.py` show them.
"""
