"""Dagster's web server, guarded against other sites' pages: `python -m toko_assets.defs.webserver -w WORKSPACE`.

It takes the place of `dagster-webserver`, and serves the same pages.
"""
