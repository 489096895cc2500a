"""Where a restore prepares the new state. This imports nothing, because every command looks there."""

STAGED = "restore.new"
"""The folder in the data folder, and in each other folder on whose disk a part is prepared."""
PLAN = "plan.json"
"""The file in it that says what to swap. It is written when everything is prepared."""
