"""The code that all packages share: the published catalogue, the search, prices, settings, errors and logs.

It imports none of the other packages: no Dagster, no Telegram, no web.
"""
